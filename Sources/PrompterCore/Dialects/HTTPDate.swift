/// A date as HTTP writes it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7; of its forms the only one that may be
/// written).
struct HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    let time: Timestamp

    /// - Returns: `nil` where `text` is none.
    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 6, words[1].count == 2, words[3].count == 4, words[5] == "GMT",
            let month = Self.months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        guard let time = Timestamp(iso8601: "\(words[3])-\(number)-\(words[1])T\(words[4])Z") else { return nil }
        self.time = time
    }
}
