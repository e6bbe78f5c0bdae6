import Foundation

/// Stdin and stdout as bytes, for what goes through in large pieces.
enum StandardStream {
    /// Reads what there is, and waits until there is something.
    ///
    /// - Parameter limit: the most bytes to read.
    /// - Returns: nothing at the end of the input.
    static func read(atMost limit: Int) throws(InputError) -> [UInt8] {
        while true {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: limit) { buffer, initialized in
                count = Foundation.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                initialized = max(0, count)
            }
            if count >= 0 { return piece }
            try self.awaitRetry(STDIN_FILENO, POLLIN, "stdin cannot be read")
        }
    }

    /// Writes all of it.
    static func write(_ bytes: [UInt8]) throws(InputError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Foundation.write(STDOUT_FILENO, rest.baseAddress, rest.count)
            }
            if count >= 0 {
                written += count
            } else {
                try self.awaitRetry(STDOUT_FILENO, POLLOUT, "stdout cannot be written")
            }
        }
    }

    /// After a call has failed, waits until it is worth repeating: others who share the stream may have set it not to wait.
    private static func awaitRetry(_ descriptor: CInt, _ event: CInt, _ failure: String) throws(InputError) {
        switch errno {
        case EINTR: return
        case EAGAIN, EWOULDBLOCK:
            var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            poll(&request, 1, -1)
        case let code: throw InputError("\(failure): \(String(cString: strerror(code)))")
        }
    }
}
