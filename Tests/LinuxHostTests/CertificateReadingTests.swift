import Glibc
import OutsideParts
import PrompterCore
import Synchronization
import Testing

@testable import LinuxHost

@Suite(.timeLimit(.minutes(10))) struct CertificateReadingTests {
    private static let good = "-----BEGIN CERTIFICATE-----\nMIIB+A==\n-----END CERTIFICATE-----\n"

    @Test(arguments: [
        (good, true), ("# our own\r\n" + good.replacing("\n", with: "\r\n") + good, true),
        (good.replacing("CERTIFICATE", with: "TRUSTED CERTIFICATE"), true), ("", false), ("MIIB+A==\n", false),
        (good.replacing("-----END", with: "----END"), false), (good.replacing("MIIB", with: "MI<>"), false),
        (String(good.dropLast(20)), false), (good.replacing("CERTIFICATE", with: "PRIVATE KEY"), false),
        (good + good.dropLast(30), false),
    ])
    func tellsCertificates(_ text: String, _ isRight: Bool) {
        #expect(CertificateReading.areCertificates(Array(text.utf8)) == isRight)
    }

    @Test func saysWhatIsWrong() async throws {
        let folder = TemporaryFolder()
        let (file, pipe) = (folder.path(of: "ca.pem"), folder.path(of: "pipe"))
        #expect(mkfifo(pipe, 0o644) == 0)
        #expect(await CertificateReading.read(pipe) == .failure(FileError(pipe, .special)))
        #expect(await CertificateReading.read(file) == .failure(FileError(file, .missing)))
        try AtomicFile.write(Array("no".utf8), to: file)
        #expect(await CertificateReading.read(file) == .failure(FileError(file, .noCertificates)))
        try AtomicFile.write(Array(Self.good.utf8), to: file)
        #expect(await CertificateReading.read(file) == .success(Array(Self.good.utf8)))
    }

    /// As on a network's file system that has gone away.
    @Test func waitsForNoDiskForEver() async {
        let isOver = Atomic(false)
        let result = await CertificateReading.read("/net/ca.pem", within: .milliseconds(50)) { _ in
            while !isOver.load(ordering: .acquiring) { usleep(1000) }
            return []
        }
        isOver.store(true, ordering: .releasing)
        #expect(result == .failure(FileError("/net/ca.pem", .slow(.milliseconds(50)))))
    }
}
