import Foundation
import PhotonPump
import Testing

@Suite("Typed events", .timeLimit(.minutes(1)))
struct TypedEventsTests {
    private struct Jumped: Codable, Equatable { var height: Int }
    private struct Hopped: Codable { var feet: Int }

    private enum Event {
        case jumped(Jumped)

        static let types = EventTypes<Event>()
            .adding("Jumped", Event.jumped)
            .upcasting("Hopped") { (hop: Hopped) in .jumped(Jumped(height: hop.feet / 3)) }
    }

    /// How a typed event reads in this test.
    private static func word(_ event: DecodedEvent<Event>) -> String {
        switch event {
        case .event(.jumped(let jump)): "\(jump.height)"
        case .unknown(let event): "unknown \(event.data.text)"
        case .undecodable(let event, let reason): "\(reason.code) \(event.data.text)"
        }
    }

    private static let words = ["4", "5", "unknown ?", "undecodableEvent {}", "6"]

    @Test("a link that was not resolved is undecodable, and says so, where links are what is read")
    func unresolvedLinks() async throws {
        try await TestServer.withClient { client in
            let (target, links) = (TestServer.newStream("typed"), TestServer.newStream("links"))
            try await client.publishEvent(Event.types.newEvent(Jumped(height: 4)), to: target)
            try await client.publish([NewEvent(type: "$>", data: Payload("0@\(target)"), isJSON: false)], to: links)
            let unresolved = try await client.getEvent(0, in: links).decoded(by: Event.types)
            guard case .undecodable(let link, let reason) = unresolved else {
                Issue.record("\(unresolved)")
                return
            }
            #expect(link.type == "$>" && "\(reason)".contains("read without resolveLinks"))
            let resolved = try await client.get(links, resolveLinks: true).events
            #expect(try resolved.decoded(by: Event.types).count == 1)
        }
    }

    /// Runs `body` with a stream that has an event of each kind, and after all of them one that can be read.
    private static func run(_ body: (Client, _ stream: String) async throws -> Void) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("typed")
            try await client.publish(
                [
                    try Event.types.newEvent(Jumped(height: 4)), try NewEvent(type: "Hopped", body: Hopped(feet: 15)),
                    NewEvent(type: "Flew", data: "?", isJSON: false),
                    NewEvent(type: "Jumped", data: "{}", isJSON: true),
                    try Event.types.newEvent(Jumped(height: 6)),
                ], to: stream)
            try await body(client, stream)
        }
    }

    @Test("typed events that cannot be decoded do not end the reading of others")
    func reading() async throws {
        try await Self.run { client, stream in
            let slice = try await client.get(stream)
            #expect(slice.events.map { Self.word($0.decoded(by: Event.types)) } == Self.words)
            let iterated = try await client.iter(stream).reduce(into: []) {
                $0.append(Self.word($1.decoded(by: Event.types)))
            }
            #expect(iterated == Self.words)
            var subscribed: [String] = []
            for try await event in try await client.subscribe(to: stream, from: .start).events {
                subscribed.append(Self.word(event.decoded(by: Event.types)))
                if subscribed.count == Self.words.count { break }
            }
            #expect(subscribed == Self.words)
            var decided: [String] = []
            try await client.publish(
                to: stream,
                deciding: { events in
                    decided = events.map { Self.word($0.decoded(by: Event.types)) }
                    return [try Event.types.newEvent(Jumped(height: decided.count))]
                })
            #expect(decided == Self.words)
            #expect(try await client.getLastEvent(in: stream).decode(Jumped.self) == Jumped(height: 5))
        }
    }

    @Test("typed events are decided on, those of other types left out, as often as others are faster")
    func deciding() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream("typed")
            try await client.publish(
                [
                    try NewEvent(type: "Hopped", body: Hopped(feet: 15)),
                    NewEvent(type: "Flew", data: "?", isJSON: false),
                ], to: stream)
            var seen: [[Int]] = []
            let result = try await client.publish(
                to: stream, as: Event.types,
                deciding: { events in
                    seen.append(
                        events.map { event in
                            switch event {
                            case .jumped(let jump): jump.height
                            }
                        })
                    if seen.count == 1 {
                        try await client.publishEvent(Event.types.newEvent(Jumped(height: 4)), to: stream)
                    }
                    return [Jumped(height: 6), Jumped(height: 7)]
                })
            #expect(seen == [[5], [4]])
            #expect((result?.firstEventNumber, result?.lastEventNumber) == (3, 4))
            let written = try await client.get(stream, from: .number(3)).events
            #expect(written.map(\.type) == ["Jumped", "Jumped"])
            #expect(try written.map { try $0.decode(Jumped.self).height } == [6, 7])
            #expect(try await client.publish(to: stream, as: Event.types, deciding: { _ in [] }) == nil)
        }
    }

    @Test("typed events are not decided on if one of them cannot be decoded, or what follows was not added")
    func undecidable() async throws {
        try await Self.run { client, stream in
            let unreadable = try await failure {
                try await client.publish(
                    to: stream, as: Event.types,
                    deciding: { _ in
                        Issue.record("there is a hole in what it would be decided on")
                        return []
                    })
            }
            #expect((unreadable.code, unreadable.eventNumber) == (.undecodableEvent, 3))
            let unknown = try await failure {
                try await client.publish(
                    to: stream, as: Event.types, after: 3, deciding: { _ in [Jumped(height: 1), Hopped(feet: 3)] })
            }
            #expect(unknown.code == .invalidArgument)
            #expect(try await client.getLastEvent(in: stream).number == 4)
        }
    }

    @Test("typed events that cannot be decoded do not end a worker")
    func handling() async throws {
        try await Self.run { client, stream in
            let diary = Observed<[String]>([])
            let following = Task {
                try await client.follow(stream, checkpoint: MemoryCheckpointStore<Int64>()) { event in
                    diary.update { $0.append(Self.word(event.decoded(by: Event.types))) }
                }
            }
            try await diary.wait { $0.count == Self.words.count }
            following.cancel()
            await #expect(throws: CancellationError.self) { try await following.value }
            #expect(diary.value == Self.words)

            var settings = PersistentSubscriptionSettings()
            settings.startFrom = .start
            try await client.createSubscription("herd", to: stream, settings: settings)
            let herd = try await client.connectSubscription("herd", to: stream)
            let other = Observed<[String]>([])
            async let processing: Void = herd.process { event in
                other.update { $0.append(Self.word(event.decoded(by: Event.types))) }
            }
            try await other.wait { $0.count == Self.words.count }
            herd.stop()
            try await processing
            #expect(other.value == Self.words)
        }
    }

    @Test("typed events tell what has caused them, after they were written and read")
    func causation() async throws {
        try await Self.run { client, stream in
            let cause = try await client.getEvent(0, in: stream)
            let effect = try Event.types.newEvent(Jumped(height: 7), metadata: ["by": "Rarity"]).caused(by: cause)
            try await client.publishEvent(effect, to: stream)
            let last = try await client.getLastEvent(in: stream)
            #expect(last.causationID == cause.id)
            #expect(last.correlationID == cause.id.uuidString.lowercased())
            #expect(try last.decodeMetadata([String: String].self)["by"] == "Rarity")
        }
    }
}
