/// A file of certificates in PEM (RFC 7468).
public enum CertificateFile {
    /// The largest that is read, in bytes: ten times what the system's own has.
    private static let limit = 4 << 20

    /// The bytes of the one at `path`.
    public static func read(_ path: String, on threads: FileThreads) async throws(FileError) -> [UInt8] {
        let bytes = try await threads.read(path, limit: limit).bytes
        guard areCertificates(bytes) else { throw FileError(path, .noCertificates) }
        return bytes
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
