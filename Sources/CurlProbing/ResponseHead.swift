import PrompterCore

/// Reads the header lines of an answer as libcurl hands them out.
enum ResponseHead {
    /// The headers in `lines`, in their order: status lines, empty lines and continued lines (RFC 9112, section 5.2) are none.
    static func headers(in lines: [UInt8]) -> [HTTPHeader] {
        lines.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).compactMap { line in
            guard line.first != 0x20, line.first != 0x09, let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            return HTTPHeader(
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: trimmed(line[line.index(after: colon)...]), as: UTF8.self))
        }
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var value = value.drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return value
    }
}
