import Glibc

/// What the provider reads and writes.
enum ProviderMessages {
    /// A request that has come as a whole.
    struct Request {
        /// In bytes.
        var length: Int
        /// The number in the model's name; `nil` where it has none.
        var target: UInt32?
        var asksForLog: Bool
    }

    /// The answer to every probe.
    static let answer: [UInt8] = {
        let body =
            #"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-4o-2024-08-06","#
            + #""system_fingerprint":"fp_x","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"#
            + #""finish_reason":"length"}],"usage":{"prompt_tokens":8,"completion_tokens":1,"total_tokens":9}}"#
        return Array(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
                .utf8)
    }()

    /// The answer to who asks for the log.
    static let done = Array("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)

    /// The first request in `bytes`; `nil` where it is not complete.
    static func request(in bytes: [UInt8]) -> Request? {
        bytes.withUnsafeBytes { bytes in
            guard let head = place(of: "\r\n\r\n", in: bytes) else { return nil }
            let start = head + 4
            let length =
                place(of: "ontent-Length: ", in: UnsafeRawBufferPointer(rebasing: bytes[..<head]))
                .map { number(in: bytes, at: $0 + 15) } ?? 0
            guard bytes.count >= start + length else { return nil }
            let body = UnsafeRawBufferPointer(rebasing: bytes[start..<start + length])
            return Request(
                length: start + length,
                target: place(of: #""m-"#, in: body).map { UInt32(truncatingIfNeeded: number(in: body, at: $0 + 3)) },
                asksForLog: place(of: "GET /__dump", in: bytes) == 0)
        }
    }

    private static func place(of text: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var start = 0
        while start + text.utf8CodeUnitCount <= bytes.count,
            let found = memchr(base + start, Int32(text.utf8Start.pointee), bytes.count - start)
        {
            let place = UnsafeRawPointer(found) - base
            guard place + text.utf8CodeUnitCount <= bytes.count else { return nil }
            if memcmp(found, text.utf8Start, text.utf8CodeUnitCount) == 0 { return place }
            start = place + 1
        }
        return nil
    }

    private static func number(in bytes: UnsafeRawBufferPointer, at start: Int) -> Int {
        var number = 0
        for byte in bytes[start...] {
            guard (0x30...0x39).contains(byte), number < 1 << 40 else { break }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }
}
