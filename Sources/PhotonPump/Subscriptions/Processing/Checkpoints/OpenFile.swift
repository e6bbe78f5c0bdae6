internal import PhotonPumpSystem

/// A file or directory that is open, and closed when its owner is gone at the latest.
struct OpenFile: ~Copyable {
    private let descriptor: CInt

    /// - Parameter flags: those of open(2). Programs that this one starts do not get the file in any case.
    /// - Returns: nil if there is no such file.
    init?(_ path: String, _ flags: CInt) throws(POSIXError) {
        do {
            self.descriptor = try Self.call { open(path, flags | O_CLOEXEC, 0o600) }
        } catch  where error.code == .ENOENT {
            return nil
        }
    }

    deinit {
        close(self.descriptor)
    }

    /// Closes it now; some systems notice only then that they cannot keep what was written.
    consuming func finish() throws(POSIXError) {
        let descriptor = self.descriptor
        discard self
        // What was interrupted is closed all the same.
        guard close(descriptor) == 0 || errno == EINTR else { throw Self.lastError }
    }

    func status() throws(POSIXError) -> stat {
        var status = stat()
        _ = try Self.call { fstat(self.descriptor, &status) }
        return status
    }

    /// The next bytes of it; fewer than `count` at its end.
    func bytes(upTo count: Int) throws(POSIXError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: count)
        while bytes.count < count {
            let taken = try Self.call { read(self.descriptor, &piece, count - bytes.count) }
            if taken == 0 { break }
            bytes += piece[..<taken]
        }
        return bytes
    }

    func append(_ bytes: [UInt8]) throws(POSIXError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(
                try Self.call { rest.withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) } })
        }
    }

    /// Returns once all of it is on disk.
    func synchronize() throws(POSIXError) {
        _ = try Self.call { fsync(self.descriptor) }
    }

    /// What is wrong according to the last call.
    static var lastError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

    /// Makes a call again when a signal interrupts it.
    private static func call<Result: SignedInteger>(_ body: () -> Result) throws(POSIXError) -> Result {
        while true {
            let result = body()
            if result >= 0 { return result }
            if errno != EINTR { throw self.lastError }
        }
    }
}
