/// Collects what arrives, up to a limit. Used only by the thread that the transfer blocks.
final class CurlAnswer {
    private(set) var body: [UInt8] = []
    private(set) var isTooLong = false
    private var remaining: Int
    let isCancelled: () -> Bool

    init(limit: Int, isCancelled: @escaping () -> Bool) {
        self.remaining = limit
        self.isCancelled = isCancelled
    }

    /// - Returns: false if that is too much.
    func receive(_ bytes: UnsafeRawBufferPointer, isBody: Bool) -> Bool {
        guard bytes.count <= self.remaining else {
            self.isTooLong = true
            return false
        }
        self.remaining -= bytes.count
        if isBody { self.body.append(contentsOf: bytes) }
        return true
    }
}
