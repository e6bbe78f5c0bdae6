import PhotonPump
import Testing

@Suite("Many calls at once", .timeLimit(.minutes(2)))
struct ManyCallsTests {
    @Test("S57: 22,000 publishes at once are suspended, not refused, and hold no more than the limits")
    func publishes() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let limits = client.configuration
            var peak = (inFlight: 0, inside: 0, suspended: 0)
            try await withThrowingTaskGroup(of: ClientLoad.self) { group in
                for _ in 0..<22_000 {
                    group.addTask {
                        let event = NewEvent(type: "PonyJumped", data: Payload("{}"), isJSON: true)
                        let options = CallOptions(timeout: .seconds(100))
                        try await client.publishEvent(event, to: stream, options: options)
                        return await client.load
                    }
                }
                for try await load in group {
                    peak.inFlight = max(peak.inFlight, load.inFlight)
                    peak.inside = max(peak.inside, load.inFlight + load.waiting)
                    peak.suspended = max(peak.suspended, load.suspended)
                }
            }
            #expect(peak.inFlight <= limits.maximumInFlight)
            // On a machine so busy that the connection is lost, the client itself looks for lost writes.
            #expect(peak.inside <= limits.maximumInFlight + limits.maximumWaiting + 1)
            #expect(peak.suspended > 0)
            #expect(await client.load == ClientLoad())
            #expect(try await client.lastEventNumber(of: stream) == 21_999)
        }
    }
}
