import PhotonPumpTransport
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A channel of packages")
struct PackageChannelTests {
    private let transport = ScriptedTransport()
    private let packages = (0..<5).map { Package(.ping, GUID(UInt64($0), 1), payload: Bytes(utf8: "payload \($0)")) }

    private func bytes(_ packages: [Package]) -> [UInt8] {
        let transport = ScriptedTransport()
        let channel = PackageChannel(transport)
        for package in packages { channel.send(package) }
        try? channel.flush()
        return transport.written
    }

    @Test("a channel of packages collects what is sent in one turn and writes it at once")
    func coalesces() throws {
        let channel = PackageChannel(self.transport)
        self.transport.room = [.max]
        for package in self.packages { channel.send(package) }
        #expect(self.transport.written.isEmpty)
        try channel.flush()
        #expect(self.transport.room.isEmpty, "one write was made")
        #expect(self.transport.written == self.bytes(self.packages))
        #expect(channel.unsentCount == 0)
    }

    @Test("a channel of packages keeps what the peer does not take, and writes it when there is room")
    func backPressure() throws {
        let channel = PackageChannel(self.transport)
        channel.activate { _ in }
        self.transport.room = [7, 0]
        for package in self.packages { channel.send(package) }
        try channel.flush()
        #expect(self.transport.written.count == 7)
        // Until there is room nothing is tried.
        try channel.flush()
        #expect(self.transport.written.count == 7)
        self.transport.report(.writable)
        try channel.flush()
        #expect(self.transport.written == self.bytes(self.packages))
    }

    @Test("a channel of packages hands over whole packages, however the reads come", arguments: [1, 3, 22, 1000])
    func splits(size: Int) throws {
        let stream = self.bytes(self.packages)
        let channel = PackageChannel(self.transport)
        self.transport.reads = stride(from: 0, to: stream.count, by: size).map {
            .success(Array(stream[$0..<min($0 + size, stream.count)]))
        }
        var received: [Package] = []
        var count = 0
        // A read that does not fill its room is the last one, until readiness is reported again.
        while !self.transport.reads.isEmpty { count += try channel.receive { received.append($0) } }
        #expect(received == self.packages)
        #expect(count == stream.count)
    }

    @Test(
        "a channel of packages hands over what came before the end, then says how much of a frame is missing its rest")
    func endWithinFrame() {
        let channel = PackageChannel(self.transport)
        let stream = self.bytes(self.packages)
        self.transport.reads = [.success(Array(stream.dropLast(3)))]
        self.transport.isEnded = true
        var received: [Package] = []
        let length = self.bytes([self.packages[4]]).count
        #expect(throws: ChannelError.endOfStream(unfinished: length - 3)) {
            while true { _ = try channel.receive { received.append($0) } }
        }
        #expect(received == Array(self.packages.dropLast()))
    }

    @Test("a channel of packages hands over what came before broken bytes")
    func brokenFrame() {
        let channel = PackageChannel(self.transport)
        self.transport.reads = [.success(self.bytes(self.packages) + [1, 0, 0, 0, 9])]
        var received: [Package] = []
        #expect(throws: ChannelError.frame(.tooShort(1))) { _ = try channel.receive { received.append($0) } }
        #expect(received == self.packages)
    }

    @Test("a channel of packages passes on why reading failed")
    func readFails() {
        let channel = PackageChannel(self.transport)
        let reset = TransportError.socket(SocketError("read", reason: "connection reset"))
        self.transport.reads = [.failure(reset)]
        #expect(throws: ChannelError.transport(reset)) { _ = try channel.receive { _ in } }
    }
}
