import EmbeddedEventStore
import Foundation
import PhotonPump
import PhotonPumpTesting
import Testing

/// What the README shows besides its first program.
struct Snippets {
    let photo: [UInt8] = [0xFF, 0xD8]
    let ticker = AsyncStream<NewEvent> { $0.finish() }

    func writing(_ client: Client) async throws {
        let result = try await client.publish(
            [
                try NewEvent(
                    type: "PonyJumped",
                    body: PonyJumped(pony: "Applejack", height: 11)),
                NewEvent(type: "PhotoTaken", data: photo, isJSON: false),
            ],
            to: "ponies",
            expecting: .version(0)
        )
        #expect(result.lastEventNumber == 2)
    }

    func conflict(_ client: Client, _ events: [NewEvent]) async throws {
        do {
            try await client.publish(
                events, to: "ponies", expecting: .version(0))
        } catch let error as PhotonPumpError
            where error.code == .wrongExpectedVersion
        {
            let last = error.conflict?.actual
            print("the last event is", last.map(String.init) ?? "unknown")
        }
    }

    func sequence(_ client: Client) async throws {
        try await client.publish(ticker, to: "ticks")
    }

    func reading(_ client: Client) async throws {
        let first = try await client.getEvent(0, in: "ponies")
        let last = try await client.getLastEvent(in: "ponies")
        let page = try await client.get(
            "ponies", direction: .backward, maxCount: 10)

        let events = client.iter("ponies", from: 1, resolveLinks: true)
        for try await event in events {
            print(event.number, event.type, event.data.text)
        }
        #expect((first.number, last.number, page.events.count) == (0, 2, 3))
    }
}

extension Snippets {
    func inMemory() async throws {
        try await withClientInMemory { client, server in
            print(try await client.ping())
        }
    }

    func readingAll(_ client: Client) async throws {
        for try await event in client.iterAll(direction: .backward) {
            print(event.stream, event.type, event.position?.description ?? "")
        }
    }

    func following(_ client: Client) async throws {
        let subscription = try await client.subscribe(
            to: "ponies", from: .after(1))
        for try await event in subscription.events {
            print(event.number, event.type)
        }
    }

    func category(_ client: Client) async throws {
        var options = SubscriptionOptions()
        options.resolveLinks = true
        let category = StreamName.category("pony")
        let herd = try await client.subscribe(
            to: category, from: .start, options: options)
        herd.stop()
    }

    func competing(_ client: Client) async throws {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        try await client.createSubscription(
            "herd", to: "ponies", settings: settings)

        let herd = try await client.connectSubscription(
            "herd", to: "ponies", bufferSize: 20)
        try await herd.process(
            maxConcurrent: 8, partitionedBy: \.stream
        ) { event in
            print(event.type, event.retryCount)
        }
    }

    func competingByHand(_ herd: PersistentSubscription) async throws {
        for try await event in herd.events {
            if event.retryCount > 3 {
                herd.nack(event, action: .park, reason: "lame")
            } else {
                herd.ack(event)
            }
        }
    }

    func watching(_ client: Client) async {
        let status = await client.status
        print(status.phase, status.lastError?.description ?? "")

        for await change in await client.changes {
            if case .reconnecting(let attempt, let pause, let cause) = change {
                print("attempt \(attempt) in \(pause), because \(cause)")
            }
        }
    }

    func filtering(_ client: Client) -> [AllEvents] {
        let jumps = client.iterAll(matching: .types(prefixedBy: "PonyJumped"))
        let others = client.iterAll(matching: .excludingSystemEvents)
        return [jumps, others]
    }

    func streams(_ client: Client, _ firstHalf: [NewEvent], _ secondHalf: [NewEvent]) async throws {
        try await client.deleteStream("ponies")
        try await client.editMetadata(of: "ticks") { metadata in
            metadata.maxCount = 1000
            metadata.acl = StreamACL(write: ["ticker"])
        }
        try await client.withTransaction(on: "ponies") { transaction in
            try await transaction.write(firstHalf)
            try await transaction.write(secondHalf)
        }
    }

    func checkpoints(_ client: Client) async throws {
        let store = StreamCheckpointStore<Int64>(
            stream: "herd-checkpoint", client: client)
        try await client.follow(
            "ponies", checkpoint: store, maxConcurrent: 8, partitionedBy: \.type
        ) { event in
            print(event.number, event.type)
        }
    }

    func terms(_ client: Client, _ ops: Credentials) async throws {
        let options = CallOptions(
            timeout: .seconds(2), credentials: ops, requireMaster: true)
        let event = try await client.getEvent(0, in: "ponies", options: options)
        #expect(event.number == 0)
    }
}

@Suite(.timeLimit(.minutes(1)))
struct EmbeddedSnippet {
    @Test func ponyIsRecordedInMemory() async throws {
        try await withClientInMemory { client, server in
            let jump = PonyJumped(pony: "Applejack", height: 11)
            try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: jump)
            let types = await server.events(in: "ponies").map(\.type)
            #expect(types == ["PonyJumped"])
        }
    }

    @Test func ponyIsOfferedAgain() async throws {
        try await withSimulation(seed: 7) { simulation in
            let network = simulation.network
            try await withClientInMemory(in: network) { client, server in
                try await client.createSubscription("vets", to: "ponies")
                try await server.seed(
                    "ponies", type: "PonyFell", body: ["pony": "Rarity"])
                let vets = try await client.connectSubscription(
                    "vets", to: "ponies")
                var falls = vets.events.makeAsyncIterator()
                _ = try await falls.next()

                // Nobody acknowledges it within the half minute that
                // the server gives a consumer.
                let again = try await falls.next()
                #expect(again?.retryCount == 1)
                #expect(simulation.elapsed >= .seconds(30))
            }
        }
    }

    @Test func ponyOutlivesTheMaster() async throws {
        let network = MemoryNetwork()
        try await withEmbeddedCluster(in: network) { cluster in
            let client = try Client(
                .init(cluster.connectionString), in: network)
            try await client.ping()
            try await cluster.kill(0)

            let jump = PonyJumped(pony: "Fluttershy", height: 7)
            try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: jump)
            await client.close()
        }
    }

    @Test func ponyIsRecorded() async throws {
        try await withEmbeddedServer { server in
            try await withClient(server.connectionString) { client in
                let jump = PonyJumped(pony: "Applejack", height: 11)
                try await client.publishEvent(
                    to: "ponies", type: "PonyJumped", body: jump)

                let last = try await client.getLastEvent(in: "ponies")
                #expect(last.type == "PonyJumped")
            }
        }
    }

    @Test func ponySurvives() async throws {
        try await withEmbeddedCluster { cluster in
            try await withClient(cluster.connectionString) { client in
                let jump = PonyJumped(pony: "Rarity", height: 9)
                try await client.publishEvent(
                    to: "ponies", type: "PonyJumped", body: jump)
                try await cluster.kill(0)

                let last = try await client.getLastEvent(in: "ponies")
                #expect(last.type == "PonyJumped")
            }
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct FaultsSnippet {
    @Test func ponyIsRecordedOnce() async throws {
        try await withEmbeddedServer { server in
            try await withClient(server.connectionString) { client in
                let jump = try NewEvent(
                    type: "PonyJumped",
                    body: PonyJumped(pony: "Applejack", height: 11))
                let loss = try await server.faults.add(
                    .loseReply(to: .writeEvents, times: 1))
                await #expect(throws: PhotonPumpError.self) {
                    try await client.publish(
                        [jump], to: "ponies",
                        options: CallOptions(timeout: .milliseconds(300)))
                }
                try await loss.waitForEffect()

                let again = try await client.publish([jump], to: "ponies")
                #expect(again.wasAlreadyWritten)
            }
        }
    }
}
