/// What an unknown peer may cost: the bytes that it sends during the handshake, in one turn of the queue and in all.
/// (OpenSSL ignores any number of some messages.)
struct HandshakeAllowance {
    /// OpenSSL takes chains of certificates of up to 100 KiB.
    static let limit = 256 << 10
    private static let perTurn = 64 << 10

    private var received = 0
    private var receivedThisTurn = 0

    mutating func beginTurn() {
        self.receivedThisTurn = 0
    }

    var isTurnOver: Bool { self.receivedThisTurn >= Self.perTurn }

    mutating func spend(_ count: Int) throws(TLSError) {
        self.received += count
        self.receivedThisTurn += count
        if self.received > Self.limit { throw .other("the handshake did not end within \(Self.limit) bytes") }
    }
}
