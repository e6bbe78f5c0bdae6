import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("The size of pages", .timeLimit(.minutes(1)))
struct PageSizeTests {
    /// What the next read of a stream asks for.
    private static func nextRead(_ peer: ScriptedPeer) async throws -> (request: Package, from: Int64, count: Int32) {
        let request = try await peer.next(.readStreamEventsForward)
        let message = try ReadStreamEvents(decoding: request.payload)
        return (request, message.from, message.maxCount)
    }

    private static func numbers(_ client: Client) async throws -> [Int64] {
        try await client.iter("s", pageSize: 1000).reduce(into: []) { $0.append($1.number) }
    }

    /// Sends the beginning of an answer that is larger than what is taken.
    private static func announce(_ length: UInt32, _ request: Package, to peer: ScriptedPeer) async throws {
        let whole = Package(.readStreamEventsForwardCompleted, request.correlation).framed
        try await peer.send(withUnsafeBytes(of: length.littleEndian) { [UInt8]($0) } + whole.dropFirst(4))
    }

    @Test("S20: the size of pages sinks when the connection is lost over the same page again, and the place is kept")
    func sinking() async throws {
        try await ScriptedSession.run { session in
            async let numbers = Self.numbers(session.client)
            var asked: [Int32] = []
            var peer = session.peer
            for _ in 0..<4 {
                let read = try await Self.nextRead(peer)
                #expect(read.from == 0)
                asked.append(read.count)
                await peer.close()
                peer = try await session.nextConnection()
            }
            #expect(asked == [32, 32, 16, 8])
            // It stays small, and grows no smaller by a single loss.
            try await peer.answerRead(0...1, isEnd: false)
            let second = try await Self.nextRead(peer)
            #expect(second.from == 2)
            await peer.close()
            peer = try await session.nextConnection()
            let again = try await Self.nextRead(peer)
            #expect((again.from, again.count) == (2, second.count))
            try await peer.answer(read: again.request, 2...3)
            #expect(try await numbers == [0, 1, 2, 3])
        }
    }

    @Test(
        "S67: the size of pages sinks when an answer is larger than is taken; the connection and other calls do not notice"
    )
    func oversized() async throws {
        try await ScriptedSession.run(Self.limited) { session in
            async let numbers = Self.numbers(session.client)
            let peer = session.peer
            let read = try await Self.nextRead(peer)
            #expect(read.count == 32)
            async let ping = session.client.ping()
            let question = try await peer.next(.ping)
            let length = 3 << 20
            try await Self.announce(UInt32(length), read.request, to: peer)
            // In pieces, of which the last one also holds the next answer.
            for _ in 0..<2 { try await peer.send([UInt8](repeating: 0, count: 1 << 20)) }
            let rest = [UInt8](repeating: 0, count: length - 18 - (2 << 20))
            try await peer.send(rest + Package(.pong, question.correlation).framed)
            #expect(try await ping > .zero)
            let smaller = try await Self.nextRead(peer)
            #expect((smaller.from, smaller.count) == (0, 16))
            try await peer.answer(read: smaller.request, 0...1)
            #expect(try await numbers == [0, 1])
        }
    }

    private static func limited(_ configuration: inout Client.Configuration) {
        configuration.maximumFrameSize = 1 << 20
    }

    /// A pause would be noticed.
    private static func pausing(_ configuration: inout Client.Configuration) {
        configuration.reconnection.firstDelay = .seconds(3600)
        configuration.reconnection.maximumDelay = .seconds(3600)
    }

    @Test("S67: the size of pages sinks at once when the connection ends within an answer, and nothing waits")
    func cutShort() async throws {
        try await ScriptedSession.run(Self.pausing) { session in
            async let numbers = Self.numbers(session.client)
            var peer = session.peer
            for expected in [32, 8, 2] as [Int32] {
                let read = try await Self.nextRead(peer)
                #expect(read.count == expected)
                try await Self.announce(16 << 20, read.request, to: peer)
                await peer.close()
                peer = try await session.nextConnection()
            }
            let read = try await Self.nextRead(peer)
            #expect(read.count == 1)
            try await peer.answer(read: read.request, 0...0)
            #expect(try await numbers == [0])
        }
    }

    @Test("S67: a page of one event that is too large is an error that says what to change; other calls go on")
    func oneEvent() async throws {
        try await ScriptedSession.run(Self.limited) { session in
            let call = Task { try await session.client.getEvent(0, in: "s") }
            let request = try await session.peer.next(.readEvent)
            try await Self.announce(2 << 20, request, to: session.peer)
            try await session.peer.send([UInt8](repeating: 0, count: (2 << 20) - 18))
            let error = try await failure { _ = try await call.value }
            #expect(error.code == .tooLarge)
            #expect(error.message.contains("pageSize"))
            #expect(error.message.contains("maximumFrameSize"))
            async let ping = session.client.ping()
            try await session.peer.send(Package(.pong, session.peer.next(.ping).correlation))
            #expect(try await ping > .zero)
        }
    }
}
