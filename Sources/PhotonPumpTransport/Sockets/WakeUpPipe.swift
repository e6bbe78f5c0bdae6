internal import PhotonPumpSystem

/// Ends a thread's wait from another one.
struct WakeUpPipe: ~Copyable, Sendable {
    let readEnd: CInt
    private let writeEnd: CInt

    init() throws(SocketError) {
        var ends: [CInt] = [-1, -1]
        _ = try systemCall("pipe") { pipe(&ends) }
        for end in ends { Platform.prepare(end) }
        (self.readEnd, self.writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(self.readEnd)
        close(self.writeEnd)
    }

    /// A pipe that is full has woken the thread already.
    func signal() {
        var byte: UInt8 = 0
        _ = write(self.writeEnd, &byte, 1)
    }

    func drain() {
        var bytes: [UInt8] = Array(repeating: 0, count: 64)
        while read(self.readEnd, &bytes, bytes.count) > 0 {}
    }
}
