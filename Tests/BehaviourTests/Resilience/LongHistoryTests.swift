import EmbeddedEventStore
import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@Suite("A subscription with a long history", .timeLimit(.minutes(10)))
struct LongHistoryTests {
    /// `PHOTONPUMP_HISTORY_EVENTS=5000000` for more than the seconds a suite has.
    private static let count =
        ProcessInfo.processInfo.environment["PHOTONPUMP_HISTORY_EVENTS"].flatMap(Int64.init) ?? 100_000
    private static let batch = 4_000

    @Test(
        "S31: a subscription with a long history comes to its end in the memory of its beginning",
        .enabled(if: TestServer.isEmbedded, "writes for minutes, if it is to"),
        .enabled(if: Footprint.isKnown, "needs /proc")
    )
    func flat() async throws {
        // In a process of its own, since other tests need memory, too.
        let result = await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
            try await Self.follow()
        }
        print(String(decoding: result?.standardOutputContent ?? [], as: UTF8.self))
    }

    private static func follow() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                var written: Int64 = 0
                while written < Self.count {
                    let events = (0..<Self.batch).map { _ in
                        NewEvent(type: "PonyJumped", data: Payload(#"{"height":1}"#), isJSON: true)
                    }
                    written = try await client.publish(events, to: "ponies").lastEventNumber + 1
                }

                let subscription = try await client.subscribe(to: "ponies", from: .start)
                var next: Int64 = 0
                var beginning: Footprint?
                for try await event in subscription.events {
                    #expect(event.number == next)
                    next += 1
                    if next == Self.count / 10 { beginning = try Footprint() }
                    if next == Self.count { break }
                }
                let end = try Footprint()
                let before = try #require(beginning)
                print("\(Self.count) events: \(before) after a tenth of them, \(end) after all")
                #expect(end.isWithin(8192, of: before))
                #expect(end.threads <= before.threads + 16)
                // The consumer has one page, the next one waits for it.
                #expect(subscription.status.peakBufferedEvents <= 2 * 500)
            }
        }
    }
}
