import Glibc
import PrompterCore

/// An open file descriptor, closed when its owner goes.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes over `number`, which must be open and nobody else's.
    init(owning number: Int32) {
        self.number = number
    }

    /// open(2), with O_CLOEXEC.
    init(opening path: String, _ flags: Int32, mode: mode_t = 0) throws(FileError) {
        // The path would silently end there.
        guard !path.utf8.contains(0) else { throw FileError(path, .impossibleName) }
        var result: Int32
        repeat {
            result = open(path, flags | O_CLOEXEC, mode)
        } while result < 0 && errno == EINTR
        guard result >= 0 else { throw FileError(path, call: "open", number: errno) }
        number = result
    }

    deinit {
        close(number)
    }

    /// fstat(2), which fails for no descriptor that is open.
    var status: stat {
        var status = stat()
        fstat(number, &status)
        return status
    }

    /// Writes all of `bytes`.
    ///
    /// - Returns: `nil`, or the number that write(2) left in errno.
    func write(_ bytes: borrowing Span<UInt8>) -> Int32? {
        var offset = 0
        while offset < bytes.count {
            // The pointer is the span's own memory, valid for the whole of the closure, and write(2) reads no more
            // than it is told.
            let written = bytes.extracting(offset...).withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if written >= 0 {
                offset += written
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    /// Reads until the end of the file, at most `limit` bytes.
    ///
    /// - Returns: the bytes, or `nil` where read(2) left a number in errno.
    func read(upTo limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        let expected = Int(clamping: status.st_size)
        // A byte more than the file claims to have, so that its end is seen without growing.
        var room = max(1, min(limit, max(expected + 1, 4096)))
        while bytes.count < limit {
            room = min(room, limit - bytes.count)
            var failed = false
            let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
                // The pointer is the array's own memory, `room` bytes of it; count says how many of them read(2) has
                // set.
                var result: Int
                repeat {
                    result = Glibc.read(number, buffer.baseAddress, room)
                } while result < 0 && errno == EINTR
                failed = result < 0
                count = max(0, result)
            }
            if failed { return nil }
            if chunk.isEmpty { break }
            if bytes.isEmpty { bytes = chunk } else { bytes += chunk }
            room = 1 << 16
        }
        return bytes
    }
}
