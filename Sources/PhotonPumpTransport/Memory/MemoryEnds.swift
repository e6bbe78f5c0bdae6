/// The two directions of a connection in memory, as one side sees them.
struct MemoryEnds: Sendable {
    let incoming: MemoryPipe
    let outgoing: MemoryPipe

    init() {
        self.init(incoming: MemoryPipe(), outgoing: MemoryPipe())
    }

    private init(incoming: MemoryPipe, outgoing: MemoryPipe) {
        self.incoming = incoming
        self.outgoing = outgoing
    }

    /// The same connection, as the other side sees it.
    var reversed: Self { Self(incoming: self.outgoing, outgoing: self.incoming) }

    /// The other side can still read what was written.
    func close() {
        self.outgoing.end()
        self.incoming.abandon()
    }

    /// The other side finds the connection broken.
    func reset() {
        self.outgoing.sever()
        self.incoming.sever()
    }
}
