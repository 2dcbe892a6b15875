public import PrompterCore

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
