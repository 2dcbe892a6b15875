/// Numbers of things, as people write them.
public enum CountText {
    /// `1 watch`, `2 watches`.
    public static func format(_ number: Int, _ one: String, _ many: String) -> String {
        "\(number) \(number == 1 ? one : many)"
    }
}
