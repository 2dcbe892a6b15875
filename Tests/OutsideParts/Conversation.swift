public import Glibc

/// A program that a test writes to and reads from, line by line.
public final class Conversation: Sendable {
    private let child: ChildProcess
    private let input = ByteChannel()
    private let output = ByteChannel()

    /// Starts `arguments[0]`, which is looked for in `$PATH`.
    public init(_ arguments: [String]) {
        child = ChildProcess(arguments, input: input.reader, output: output.writer, errors: output.writer)
        close(input.reader)
        close(output.writer)
    }

    public var process: pid_t { child.process }

    /// Gives the program `text` to read. One that has ended reads nothing, and ``read()`` says why.
    public func write(_ text: String) {
        let bytes = Array(text.utf8)
        send(input.writer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What the program has written since it was last asked; waits for something.
    public func read() -> String {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(output.reader, &chunk, chunk.count)
        return String(decoding: chunk.prefix(max(0, count)), as: UTF8.self)
    }

    /// Ends what the program reads, and waits for its end.
    ///
    /// - Returns: its exit status.
    @discardableResult
    public func end() -> Int32 {
        close(input.writer)
        let status = child.wait()
        close(output.reader)
        return status
    }
}
