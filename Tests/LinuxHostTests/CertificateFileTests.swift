import OutsideParts
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct CertificateFileTests {
    private static let good = "-----BEGIN CERTIFICATE-----\nMIIB+A==\n-----END CERTIFICATE-----\n"

    @Test(arguments: [
        (good, true), ("# our own\r\n" + good.replacing("\n", with: "\r\n") + good, true),
        (good.replacing("CERTIFICATE", with: "TRUSTED CERTIFICATE"), true), ("", false), ("MIIB+A==\n", false),
        (good.replacing("-----END", with: "----END"), false), (good.replacing("MIIB", with: "MI<>"), false),
        (String(good.dropLast(20)), false), (good.replacing("CERTIFICATE", with: "PRIVATE KEY"), false),
        (good + good.dropLast(30), false),
    ])
    func tellsCertificates(_ text: String, _ isRight: Bool) {
        #expect(CertificateFile.areCertificates(Array(text.utf8)) == isRight)
    }

    @Test func saysWhatIsWrong() async throws {
        let folder = TemporaryFolder()
        let file = folder.path(of: "ca.pem")
        func problem() async -> FileError.Problem? {
            do throws(FileError) {
                #expect(try await CertificateFile.read(file, on: FileThreads()) == Array(Self.good.utf8))
                return nil
            } catch {
                return error.problem
            }
        }
        #expect(await problem() == .missing)
        try AtomicFile.write(Array("no".utf8), to: file)
        #expect(await problem() == .noCertificates)
        try AtomicFile.write(Array(Self.good.utf8), to: file)
        #expect(await problem() == nil)
    }
}
