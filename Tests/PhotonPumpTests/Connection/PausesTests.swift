import Logging
import Testing

@testable import PhotonPump

@Suite("A pause before a subscription tries again", .timeLimit(.minutes(1)))
struct PausesTests {
    private static func client() throws -> Client {
        try Client(Client.Configuration("tcp://localhost"), logger: Logger(label: "pauses"))
    }

    @Test("a pause before a subscription tries again ends when its time is over")
    func time() async throws {
        let client = try Self.client()
        await withCheckedContinuation { ended in
            client.pause(client.nextID(), for: .milliseconds(1)) { ended.resume() }
        }
        #expect(await client.pauseCount == 0)
    }

    @Test(
        "a pause before a subscription tries again ends when the client is closed, at once or after its calls",
        arguments: [true, false])
    func close(_ drains: Bool) async throws {
        let client = try Self.client()
        let (ends, report) = AsyncStream.makeStream(of: Void.self)
        client.pause(client.nextID(), for: .seconds(3600)) { report.finish() }
        if drains { await client.close(drainingFor: .seconds(1)) } else { await client.close() }
        for await _ in ends {}
        #expect(await client.pauseCount == 0)
    }

    @Test("a pause before a subscription tries again does not begin when the client is closed already")
    func closed() async throws {
        let client = try Self.client()
        await client.close()
        await withCheckedContinuation { ended in
            client.pause(client.nextID(), for: .seconds(3600)) { ended.resume() }
        }
    }

    @Test("a pause before a subscription tries again is forgotten when it is cancelled")
    func cancelled() async throws {
        let client = try Self.client()
        let id = client.nextID()
        client.pause(id, for: .seconds(3600)) { Issue.record("reported") }
        client.cancelPause(id)
        await client.close()
        #expect(await client.pauseCount == 0)
    }
}

extension Client {
    fileprivate var pauseCount: Int { self.subscribers.pauses.count }
}
