import Dispatch
import PrompterCore

/// Reads files of certificates, with a time limit: a network's file system that has gone away would keep its reader for ever.
public enum CertificateReading {
    /// The largest that is read, in bytes: ten times what the system's own has.
    private static let limit = 4 << 20
    private static let patience: Duration = .seconds(5)

    /// The bytes of the file at `path`, which holds certificates in PEM (RFC 7468).
    public static func read(_ path: String) async -> Result<[UInt8], FileError> {
        await read(path, within: patience) { path throws(FileError) in try FileReading.read(path, limit: limit) }
    }

    /// - Parameters:
    ///   - patience: how long the reading may take; a thread stays behind where it takes longer.
    ///   - read: reads a file.
    static func read(
        _ path: String, within patience: Duration,
        _ read: @escaping @Sendable (String) throws(FileError) -> [UInt8]
    ) async -> Result<[UInt8], FileError> {
        await withCheckedContinuation { reply in
            let isOpen = Locked(true)
            let answer: @Sendable (Result<[UInt8], FileError>) -> Void = { result in
                let isFirst = isOpen.withLock { isOpen in
                    defer { isOpen = false }
                    return isOpen
                }
                if isFirst { reply.resume(returning: result) }
            }
            DispatchQueue(label: "prompterd.certificates").async { @Sendable in
                answer(
                    Result { () throws(FileError) in
                        let bytes = try read(path)
                        guard areCertificates(bytes) else { throw FileError(path, .noCertificates) }
                        return bytes
                    })
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(Int(patience.milliseconds))) {
                @Sendable in answer(.failure(FileError(path, .slow(patience))))
            }
        }
    }

    /// Whether `bytes` hold a certificate, and each that begins is base64 and ends.
    static func areCertificates(_ bytes: [UInt8]) -> Bool {
        var (count, isInside) = (0, false)
        for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            let line = String(decoding: line, as: UTF8.self).filter { $0 != " " && $0 != "\t" }
            switch line {
            case "-----BEGINCERTIFICATE-----", "-----BEGINTRUSTEDCERTIFICATE-----":
                if isInside { return false }
                isInside = true
            case "-----ENDCERTIFICATE-----", "-----ENDTRUSTEDCERTIFICATE-----":
                guard isInside else { return false }
                isInside = false
                count += 1
            default:
                if isInside, !line.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+/=".contains($0)) }) {
                    return false
                }
            }
        }
        return count > 0 && !isInside
    }
}
