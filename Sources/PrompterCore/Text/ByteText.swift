/// Numbers of bytes, as people read them.
public enum ByteText {
    private static let units = ["bytes", "kB", "MB", "GB", "TB"]

    /// `512 bytes`, `3 kB`, `141 MB`: in powers of a thousand, rounded down.
    public static func format(_ count: Int) -> String {
        var (rest, unit) = (count, 0)
        while rest >= 1000, unit < units.count - 1 {
            rest /= 1000
            unit += 1
        }
        return "\(rest) \(units[unit])"
    }
}
