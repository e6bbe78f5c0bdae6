import EmbeddedEventStore
import Foundation
import Logging
import PhotonPump
import Testing

// What the guides show: delivery, event sourcing, operating.

struct NewerProgramNeeded: Error {}

struct Snapshot: Codable {
    let highest: Int
    let after: Int64
}

struct GuideSnippets {
    /// An effect that is an event, of which there can be only one.
    func awarding(_ client: Client, for event: ResolvedEvent) async throws {
        let medal = try NewEvent(
            id: event.id, type: "MedalWon", body: ["pony": "Rarity"]
        ).caused(by: event)
        let outcome = try await client.tryPublish(
            [medal], to: "medal-\(event.id)", expecting: .noStream)
        if case .conflict = outcome { print("won before, by another event") }
    }

    func folding(_ client: Client) async throws -> (Stable, last: Int64) {
        var stable = Stable()
        var last: Int64 = -1
        let events = client.iter("stable-1", missingIsEmpty: true)
        for try await event in events {
            last = event.number
            if let event = try event.decoded(by: PonyEvent.types).get() {
                stable.apply(event)
            }
        }
        return (stable, last)
    }

    func deciding(_ client: Client, _ jump: PonyJumped) async throws {
        var stable = Stable()
        let written = try await client.publish(
            to: "stable-1", as: PonyEvent.types,
            deciding: { events in
                for event in events { stable.apply(event) }
                return stable.decide(jump).map(\.body)
            })
        print(written?.lastEventNumber ?? -1)
    }

    func once(_ client: Client, _ jump: PonyJumped, _ command: UUID) async throws {
        var stable = Stable()
        try await client.publish(to: "stable-1") { events in
            for event in events {
                if event.id == command { return [] }
                if let event = try event.decoded(by: PonyEvent.types).get() {
                    stable.apply(event)
                }
            }
            var decided = stable.decide(jump).map(\.body)[...]
            guard let first = decided.popFirst() else { return [] }
            let types = PonyEvent.types
            return try [types.newEvent(first, id: command)]
                + decided.map { try types.newEvent($0) }
        }
    }

    func strictly(_ stable: inout Stable, _ event: ResolvedEvent) throws {
        switch event.decoded(by: PonyEvent.types) {
        case .event(let event): stable.apply(event)
        case .unknown: throw NewerProgramNeeded()
        case .undecodable(_, let reason): throw reason
        }
    }

    func category(_ client: Client, _ store: some CheckpointStore<Int64>) async throws {
        var options = SubscriptionOptions()
        options.resolveLinks = true
        try await client.follow(
            StreamName.category("stable"), checkpoint: store,
            maxConcurrent: 8, partitionedBy: \.stream, options: options
        ) { event in
            print(event.stream, event.number, event.received.number)
        }
    }

    func snapshot(_ client: Client, _ stable: Stable, _ last: Int64) async throws {
        try await client.editMetadata(of: "snapshot-1") { metadata in
            metadata.maxCount = 1
        }
        let snapshot = Snapshot(highest: stable.highest, after: last)
        try await client.publishEvent(
            to: "snapshot-1", type: "StableSnapshot", body: snapshot)
    }

    func answer(
        _ client: Client, _ herd: Worker
    ) async -> (status: Int, body: String) {
        guard await client.readiness.isReady else {
            return (503, "no connection")
        }
        return await herd.readiness.isReady
            ? (200, "ready") : (503, "catching up")
    }

    func watching(_ subscription: Subscription<Int64>, _ logger: Logger) async {
        for await change in subscription.changes {
            switch change {
            case .interrupted(let attempt, let cause):
                logger.warning("attempt \(attempt): \(cause)")
            case .fellBehind:
                let lag = subscription.status.lag ?? 0
                logger.notice("slower than the writers by \(lag) events")
            default: break
            }
        }
    }

    func lag(_ client: Client) async throws {
        let info = try await client.subscriptionInfo("herd", to: "ponies")
        let known = info.lastKnownEventNumber ?? -1
        let done = info.lastProcessedEventNumber ?? -1
        print("\(known - done) behind, \(info.connectionCount ?? 0) there")
    }
}

@Suite("The guides", .timeLimit(.minutes(1)))
struct GuideTests {
    @Test("an effect that is an event is there once, whoever has it")
    func oneMedal() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await server.seed("ponies", type: "PonyJumped", body: PonyJumped(pony: "Rarity", height: 9))
            try await withClient(server.connectionString, logger: .silent) { client in
                let event = try await client.getEvent(0, in: "ponies")
                try await GuideSnippets().awarding(client, for: event)
                try await GuideSnippets().awarding(client, for: event)
                #expect(await server.events(in: "medal-\(event.id)").map(\.type) == ["MedalWon"])
            }
        }
    }

    @Test("a command of event sourcing that comes twice is decided once")
    func commandsComeTwice() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                let (snippets, command) = (GuideSnippets(), UUID())
                try await snippets.deciding(client, PonyJumped(pony: "Rarity", height: 8))
                try await snippets.once(client, PonyJumped(pony: "Rarity", height: 9), command)
                try await snippets.once(client, PonyJumped(pony: "Rarity", height: 9), command)
                let (stable, last) = try await snippets.folding(client)
                #expect((stable.highest, stable.hoursOfRest, last) == (9, 0, 1))
                try await snippets.snapshot(client, stable, last)
                try await snippets.snapshot(client, stable, last)
                #expect(try await client.get("snapshot-1").events.map(\.number) == [1])
            }
        }
    }

    @Test("a decision that must know everything refuses unknown events, and broken ones")
    func strictness() throws {
        var stable = Stable()
        let odd = ResolvedEvent(NewEvent(type: "PonyFlew", data: "{}", isJSON: true))
        #expect(throws: NewerProgramNeeded.self) { try GuideSnippets().strictly(&stable, odd) }
        let broken = ResolvedEvent(NewEvent(type: "PonyJumped", data: "{}", isJSON: true))
        #expect(throws: PhotonPumpError.self) { try GuideSnippets().strictly(&stable, broken) }
        let jump = try PonyEvent.types.newEvent(PonyJumped(pony: "Rarity", height: 9))
        try GuideSnippets().strictly(&stable, ResolvedEvent(jump))
        #expect(stable.highest == 9)
    }

    @Test("a category is followed through links, whose numbers are not those of the events")
    func categories() async throws {
        var configuration = EmbeddedServer.Configuration()
        configuration.runsSystemProjections = true
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            try await withClient(server.connectionString, logger: .silent) { client in
                try await GuideSnippets().deciding(client, PonyJumped(pony: "Rarity", height: 8))
                try await client.publishEvent(
                    to: "stable-2", type: "PonyJumped", body: PonyJumped(pony: "Rarity", height: 9))
                var options = SubscriptionOptions()
                options.resolveLinks = true
                let events = try await client.subscribe(
                    to: StreamName.category("stable"), from: .start, options: options
                ).events
                var places: [[Int64]] = []
                for try await event in events {
                    places.append([event.number, event.received.number])
                    if places.count == 2 { break }
                }
                #expect(places == [[0, 0], [0, 1]])
            }
        }
    }
}
