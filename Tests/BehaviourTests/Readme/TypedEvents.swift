import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

// What the article on typed events shows.

struct PonyRested: Codable {
    let pony: String
    let hours: Int
}

struct PonyHopped: Codable {
    let name: String
}

enum PonyEvent {
    case jumped(PonyJumped)
    case rested(PonyRested)

    static let types = EventTypes<PonyEvent>()
        .adding("PonyJumped", PonyEvent.jumped)
        .adding("PonyRested", PonyEvent.rested)
}

extension PonyEvent {
    var body: any Codable {
        switch self {
        case .jumped(let jump): jump
        case .rested(let rest): rest
        }
    }
}

extension PonyEvent {
    static let versions = EventTypes<PonyEvent>()
        .adding("PonyJumped", PonyEvent.jumped)
        .upcasting("PonyHopped") { (hop: PonyHopped) in
            .jumped(PonyJumped(pony: hop.name, height: 1))
        }
        .upcasting("PonyJumped", where: isOfOldStable) {
            (hop: PonyHopped) in
            .jumped(PonyJumped(pony: hop.name, height: 2))
        }

    @Sendable private static func isOfOldStable(
        _ event: RecordedEvent
    ) -> Bool { event.metadata.text.contains("old") }
}

struct Stable {
    var highest = 0
    var hoursOfRest = 0

    mutating func apply(_ event: PonyEvent) {
        switch event {
        case .jumped(let jump):
            self.highest = max(self.highest, jump.height)
        case .rested(let rest):
            self.hoursOfRest += rest.hours
        }
    }

    func decide(_ jump: PonyJumped) -> [PonyEvent] {
        guard jump.height > self.highest else {
            return [.rested(PonyRested(pony: jump.pony, hours: 1))]
        }
        return [.jumped(jump)]
    }
}

struct TypedEventSnippets {
    func folding(_ client: Client) async throws -> Stable {
        var stable = Stable()
        for try await event in client.iter("ponies") {
            if let event = try event.decoded(by: PonyEvent.types).get() {
                stable.apply(event)
            }
        }
        return stable
    }

    func writing(_ client: Client) async throws {
        let jump = try PonyEvent.types.newEvent(
            PonyJumped(pony: "Rarity", height: 9))
        try await client.publishEvent(jump, to: "ponies")
    }

    func deciding(_ client: Client, _ jump: PonyJumped) async throws {
        var stable = Stable()
        try await client.publish(
            to: "ponies", as: PonyEvent.types,
            deciding: { events in
                for event in events { stable.apply(event) }
                return stable.decide(jump).map(\.body)
            })
    }

    func handling(_ herd: PersistentSubscription) async throws {
        for try await event in herd.events {
            switch event.decoded(by: PonyEvent.types) {
            case .event(.jumped(let jump)):
                print("\(jump.pony) jumped \(jump.height) high")
                herd.ack(event)
            case .event(.rested), .unknown:
                herd.ack(event)
            case .undecodable(let event, let reason):
                print("\(event.data.count) bytes are no \(event.type): \(reason)")
                herd.stop()
            }
        }
    }

    func coders() -> EventTypes<PonyEvent> {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let types = EventTypes<PonyEvent>(decoder: decoder)
        return types
    }

    func causing(_ client: Client, _ event: ResolvedEvent) async throws {
        let rest = try PonyEvent.types.newEvent(
            PonyRested(pony: "Rarity", hours: 8)
        ).caused(by: event)
        try await client.publishEvent(rest, to: "ponies")
    }
}

/// The code that the next tests are about.
func work(through herd: PersistentSubscription) async throws {
    try await Snippets().competingByHand(herd)
}

@Suite(.timeLimit(.minutes(1)))
struct UnitTestSnippets {
    @Test func stableKnowsTheHighestJump() throws {
        let jump = try PonyEvent.types.newEvent(
            PonyJumped(pony: "Rarity", height: 9))
        let rest = try PonyEvent.types.newEvent(
            PonyRested(pony: "Rarity", hours: 8))
        var stable = Stable()
        for event in ResolvedEvent.events([jump, rest], of: "ponies") {
            if let event = try event.decoded(by: PonyEvent.types).get() {
                stable.apply(event)
            }
        }
        #expect(stable.highest == 9)
    }

    @Test func retriesAreLimited() async throws {
        let jump = try NewEvent(
            type: "PonyJumped", body: PonyJumped(pony: "Rarity", height: 9))
        let fall = try NewEvent(type: "PonyFell", body: ["pony": "Rarity"])
        let rehearsal = try await SubscriptionRehearsal([
            DeliveredEvent(jump), DeliveredEvent(fall, retryCount: 4),
        ])
        try await work(through: rehearsal.subscription)
        #expect(
            rehearsal.decisions == [
                .acknowledged, .refused(.park, reason: "lame"),
            ])
    }

    private struct UnknownType: Error {}

    @Test func unknownTypesAreParkedInTheEnd() async throws {
        let jump = try NewEvent(
            type: "PonyJumped", body: PonyJumped(pony: "Rarity", height: 9))
        let fall = try NewEvent(type: "PonyFell", body: ["pony": "Rarity"])
        let rehearsal = try await SubscriptionRehearsal([
            DeliveredEvent(jump), DeliveredEvent(fall, retryCount: 3),
        ])
        let herd = try Client("localhost").worker(
            of: "herd", to: "ponies",
            onError: { _, event in event.retryCount < 3 ? .retry : .park },
            handler: { event in
                guard event.type == "PonyJumped" else {
                    throw UnknownType()
                }
            })
        try await rehearsal.run(herd)
        #expect(
            rehearsal.decisions == [
                .acknowledged, .refused(.park, reason: "UnknownType()"),
            ])
    }

    @Test func jumpIsReadFromWhatIsThere() async throws {
        try await withEmbeddedServer { server in
            try await server.seed(
                "ponies", type: "PonyJumped",
                body: PonyJumped(pony: "Rarity", height: 9))
            try await withClient(server.connectionString) { client in
                let last = try await client.getLastEvent(in: "ponies")
                #expect(try last.decode(PonyJumped.self).height == 9)
                try await client.publishEvent(
                    to: "ponies", type: "PonyRested", body: ["hours": 8])
            }
            let types = await server.events(in: "ponies").map(\.type)
            #expect(types == ["PonyJumped", "PonyRested"])
        }
    }
}

@Suite("Typed events in the documentation", .timeLimit(.minutes(1)))
struct TypedEventArticleTests {
    @Test("typed events in the documentation work")
    func article() async throws {
        try await withEmbeddedServer(logger: .silent) { server in
            try await withClient(TestServer.configuration(server.connectionString), logger: .silent) { client in
                let snippets = TypedEventSnippets()
                try await snippets.writing(client)
                try await snippets.deciding(client, PonyJumped(pony: "Rarity", height: 4))
                try await snippets.causing(client, try await client.getEvent(0, in: "ponies"))
                let stable = try await snippets.folding(client)
                #expect((stable.highest, stable.hoursOfRest) == (9, 9))
            }
            let last = try #require(await server.events(in: "ponies").last)
            #expect(String(decoding: last.metadata, as: UTF8.self).contains("$causationId"))
        }
    }

    @Test("typed events in the documentation are handled by hand until one cannot be read")
    func handling() async throws {
        let jump = try PonyEvent.types.newEvent(PonyJumped(pony: "Rarity", height: 9))
        let odd = NewEvent(type: "PonyFlew", data: "{}", isJSON: true)
        let broken = NewEvent(type: "PonyJumped", data: "{}", isJSON: true)
        let rehearsal = try await SubscriptionRehearsal([jump, odd, broken].map { DeliveredEvent($0) })
        try await TypedEventSnippets().handling(rehearsal.subscription)
        #expect(rehearsal.decisions == [.acknowledged, .acknowledged, nil])
    }
}
