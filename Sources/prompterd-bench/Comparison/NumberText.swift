/// Numbers as people read them.
enum NumberText {
    /// With a comma before each three digits.
    static func rounded(_ value: Double, digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let parts = "\((value * scale).rounded() / scale)".split(separator: ".")
        var whole = ""
        for (place, digit) in parts[0].reversed().enumerated() {
            if place > 0, place.isMultiple(of: 3) { whole.append(",") }
            whole.append(digit)
        }
        return String(whole.reversed()) + (digits > 0 && parts.count > 1 ? ".\(parts[1])" : "")
    }
}
