public import PrompterCore

/// A webhook's header file: lines `Name: value`, a credential among them. Each look reads it anew, so that one that was
/// replaced is seen.
public struct HeaderFile: Sendable {
    /// The largest that is read, in bytes.
    public static let largest = 64 << 10
    /// As many headers are taken from it.
    public static let mostHeaders = 64
    /// Headers that the client writes itself, or that tell one delivery from another.
    private static let ownHeaders: Set<String> = [
        "connection", "content-length", "content-type", "host", "idempotency-key", "transfer-encoding",
    ]

    /// What stands in it, and what the operator should know: one line each, never a value.
    public struct Content: Sendable {
        public var headers: [HTTPHeader]
        public var warnings: [String]
    }

    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// Reads it. Empty lines, and blanks around a value, are left out.
    ///
    /// - Throws: ``HeaderFileError``.
    public func read(on threads: FileThreads) async throws(HeaderFileError) -> Content {
        let file: FileContent
        do {
            file = try await threads.read(path, limit: Self.largest)
        } catch {
            throw .file(error)
        }
        guard let text = String(validating: file.bytes, as: UTF8.self) else {
            throw unusable("is not UTF-8; save it as UTF-8")
        }
        var headers: [HTTPHeader] = []
        // By scalars: a carriage return with its line break is one character of Swift.
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = Self.trimmed(line)
            if line.isEmpty { continue }
            headers.append(try header(in: line, number: index + 1))
        }
        guard headers.count <= Self.mostHeaders else {
            throw unusable("has more than \(Self.mostHeaders) headers; is it the right file?")
        }
        let warning =
            "header file \(SafeText(path, limit: 4096)): every user on this machine can read it; run chmod 0600 on it"
        return Content(headers: headers, warnings: file.isOpenToAll ? [warning] : [])
    }

    private func header(in line: Substring.UnicodeScalarView, number: Int) throws(HeaderFileError) -> HTTPHeader {
        guard let colon = line.firstIndex(of: ":") else {
            throw unusable("line \(number) has no colon; write \"Name: value\"")
        }
        let header = HTTPHeader(String(line[..<colon]), String(Self.trimmed(line[line.index(after: colon)...])))
        guard header.hasValidName else { throw unusable("line \(number) does not start with a header name") }
        guard header.hasValidValue else { throw unusable("line \(number) contains a control character") }
        guard !Self.ownHeaders.contains(header.name.lowercased()) else {
            throw unusable("line \(number) sets \(header.name), which prompterd sets itself; remove it")
        }
        return header
    }

    private func unusable(_ reason: String) -> HeaderFileError {
        .unusable(path: SafeText(path, limit: 4096), reason: reason)
    }

    private static func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\r" }
        guard let last = text.lastIndex(where: { !isBlank($0) }) else { return text[..<text.startIndex] }
        return text[...last].drop(while: isBlank)
    }
}

/// Why no headers can be taken from a header file. It names the place, never what stands there.
public enum HeaderFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It can't be read.
    case file(FileError)
    /// What stands in it are no headers.
    case unusable(path: SafeText, reason: String)

    public var description: String {
        switch self {
        case .file(let error): "header file \(error)"
        case .unusable(let path, let reason): "header file \(path): \(reason)"
        }
    }
}
