import Foundation

/// Finds canaries, and every twelve bytes of one, in what a program wrote: as they are, in small letters, and as URLs, JSON and
/// Base64 write them.
struct CanarySearch: Sendable {
    private static let width = 12
    private static let mask = (UInt128(1) << (8 * width)) - 1

    /// Which canary each twelve bytes are of.
    private let owners: [UInt128: String]

    init(_ canaries: [Canary]) {
        var owners: [UInt128: String] = [:]
        for canary in canaries {
            for form in Self.forms(of: canary) {
                Self.forEachPart(of: form) { part, _ in owners[part] = canary.name }
            }
        }
        self.owners = owners
    }

    /// Each canary that is in `bytes`, in whole or in part, with what stands around it.
    func canaries(in bytes: some Sequence<UInt8>) -> [String: String] {
        let bytes = Array(bytes)
        var found: [String: String] = [:]
        Self.forEachPart(of: bytes) { part, end in
            guard let name = owners[part], found[name] == nil else { return }
            found[name] = String(decoding: bytes[max(0, end - 80)..<min(bytes.count, end + 40)], as: UTF8.self)
        }
        return found
    }

    private static func forms(of canary: Canary) -> [[UInt8]] {
        let secret = Array(canary.secret.utf8)
        // Base64 of a text that the secret stands in depends on where it begins.
        let encoded = (0..<3).map {
            Array(Data(secret.dropFirst($0)).base64EncodedString().utf8.prefix(while: { $0 != 61 }))
        }
        return encoded + [
            secret, Array(canary.secret.lowercased().utf8), Array(Canary.Quoted(canary.secret).inURL.utf8),
            Array(canary.secret.replacing("/", with: "\\/").utf8),
        ]
    }

    private static func forEachPart(of bytes: [UInt8], _ body: (UInt128, Int) -> Void) {
        var part: UInt128 = 0
        for (index, byte) in bytes.enumerated() {
            part = (part << 8 | UInt128(byte)) & mask
            if index + 1 >= width { body(part, index + 1) }
        }
    }
}
