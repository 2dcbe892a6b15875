import Glibc

/// A path whose last part may be a symbolic link.
public enum LinkedPath {
    /// The most links behind one another, as many as the kernel follows (path_resolution(7)).
    private static let mostLinks = 40

    /// What `path` names once its links are followed, whether or not anything is there yet; `path` itself where it is no link, or
    /// the links go round in a circle.
    public static func resolved(_ path: String) -> String {
        var found = path
        for _ in 0..<mostLinks {
            guard let goal = goal(of: found) else { return found }
            let folder = found.lastIndex(of: "/").map { found[...$0] } ?? ""
            found = goal.hasPrefix("/") ? goal : folder + goal
        }
        return path
    }

    /// `path` from the root, so that it names the same file wherever the process runs. Links stay as they are.
    public static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        return "\(String(cString: buffer))/\(path)"
    }

    private static func goal(of path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes { bytes in
            readlink(path, bytes.assumingMemoryBound(to: CChar.self).baseAddress!, bytes.count)
        }
        return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}
