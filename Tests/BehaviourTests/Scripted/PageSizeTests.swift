import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("The size of pages", .timeLimit(.minutes(1)))
struct PageSizeTests {
    @Test("S20: sinks when the connection is lost over the same page again, and the place is kept")
    func sinking() async throws {
        try await ScriptedSession.run { session in
            async let numbers = session.client.iter("s", pageSize: 1000).reduce(into: [Int64]()) {
                $0.append($1.number)
            }
            var asked: [Int32] = []
            var peer = session.peer
            for _ in 0..<4 {
                let request = try await peer.next(.readStreamEventsForward)
                let message = try ReadStreamEvents(decoding: request.payload)
                #expect(message.from == 0)
                asked.append(message.maxCount)
                await peer.close()
                peer = try await session.nextConnection()
            }
            #expect(asked == [1000, 1000, 500, 250])
            // It stays small, and grows no smaller by a single loss.
            try await peer.answerRead(0...1, isEnd: false)
            let second = try await peer.next(.readStreamEventsForward)
            let message = try ReadStreamEvents(decoding: second.payload)
            #expect(message.from == 2)
            #expect(message.maxCount == 125)
            await peer.close()
            peer = try await session.nextConnection()
            try await peer.answerRead(2...3)
            #expect(try await numbers == [0, 1, 2, 3])
        }
    }
}
