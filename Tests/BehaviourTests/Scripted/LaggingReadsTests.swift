import ScriptedPeers
import Testing

@testable import PhotonPump

@Suite("Reads that lag behind what a subscription was told", .timeLimit(.minutes(1)))
struct LaggingReadsTests {
    @Test("S80: a subscription waits for events that are confirmed and cannot be read yet, and says so")
    func lag() async throws {
        try await ScriptedSession.run { session in
            let subscription = try await session.client.subscribe(to: "s", from: .start)
            let changes = subscription.changes
            var messages = subscription.messages.makeAsyncIterator()
            try await session.peer.answerRead(0...2)
            let id = try await session.peer.confirmSubscription(behind: 4)
            for _ in 0..<3 { _ = try await messages.next() }
            let announced = Task { await changes.upTo("readsLag") }
            let peer = session.peer
            let answering = Task { () async throws -> Int in
                var count = 0
                while !Task.isCancelled {
                    try await peer.answerRead()
                    count += 1
                }
                return count
            }
            guard case .readsLag(upTo: 4)? = try await messages.next() else {
                Issue.record("not announced")
                return
            }
            #expect(await announced.value.last?.name == "readsLag")
            #expect(subscription.status.phase == .goingLive)
            #expect(subscription.status.lag == 2)
            try await peer.push(5...5, id)
            answering.cancel()
            #expect(try await answering.value >= CatchUpRetries.tacitRereads)
            try await peer.answerRead(3...4)
            let rest = await changes.upTo("live").map(\.name)
            #expect(rest == ["resumed", "live"])
            var numbers: [Int64] = []
            while numbers.count < 3, let message = try await messages.next() {
                if case .event(let event) = message { numbers.append(event.number) }
            }
            #expect(numbers == [3, 4, 5])
        }
    }
}
