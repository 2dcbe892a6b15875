extension AsyncSequence where Element: Sendable {
    /// Waits for the next element; `nil` where the sequence has ended.
    func next() async throws -> Element? {
        for try await element in self { return element }
        return nil
    }
}
