/// The address that a provider's paths are put behind.
enum BaseURL {
    /// What is wrong with `text`; `nil` for nothing.
    ///
    /// - Parameter mayHaveQuery: whether nothing is put behind it, so that it may end with a query.
    static func fault(in text: String, mayHaveQuery: Bool = false) -> String? {
        guard let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return "should start with https:// or http://"
        }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if authority.contains("@") { return "must not contain a user or password" }
        if authority.isEmpty || authority.hasPrefix(":") { return "has no host" }
        if mayHaveQuery {
            if rest.contains("#") { return "must not contain a fragment" }
        } else if rest.contains("?") || rest.contains("#") {
            return "must not contain a query or fragment"
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            return "must not contain spaces, backslashes or non-ASCII characters"
        }
        return nil
    }

    /// `text` without slashes at its end, so that one server has one identity.
    static func normalized(_ text: String) -> String {
        var text = text[...]
        while text.hasSuffix("/") { text.removeLast() }
        return String(text)
    }
}
