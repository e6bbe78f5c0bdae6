import EmbeddedEventStore
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("A server that leaves out what is zero or empty", .timeLimit(.minutes(1)))
struct OmittedFieldsTests {
    @Test("S71: a server that leaves out zeros is understood in every operation as one that leaves out nothing")
    func everyOperation() async throws {
        var whole: [String] = []
        try await withEmbeddedServer(logger: .silent) { server in
            let configuration = try TestServer.configuration(server.connectionString)
            try await PhotonPump.withClient(configuration, logger: .silent) { whole = try await Self.everything($0) }
        }
        try await OmittingServer.withClient { omitting, client in
            let thin = try await Self.everything(client)
            #expect(thin.count == whole.count)
            for (thin, whole) in zip(thin, whole) { #expect(thin == whole) }
            let thinned = omitting.thinned.value
            for command in Self.commands { #expect(thinned.contains(command), "\(command)") }
        }
    }

    @Test("S71: a server that leaves out zeros is understood when it reports a conflict with version 0")
    func conflict() async throws {
        try await OmittingServer.withClient { _, client in
            try await client.publishEvent(Self.event("t"), to: "ponies", expecting: .noStream)
            let outcome = try await client.tryPublish([Self.event("t")], to: "ponies", expecting: .version(4))
            guard case .conflict(let conflict) = outcome else {
                Issue.record("it was written")
                return
            }
            #expect(conflict.expected == .version(4))
            #expect(conflict.actual == 0)
        }
    }

    @Test("S71: a server that leaves out zeros is asked again when it says without a reason that it is not ready")
    func notReady() async throws {
        try await OmittingServer.withClient { omitting, client in
            let fault = try await omitting.server.faults.add(.answer(.notReady, to: .writeEvents, times: 1))
            try await client.publishEvent(Self.event("t"), to: "ponies")
            #expect(fault.effectCount == 1)
            #expect(omitting.thinned.value.contains(.notHandled))
        }
    }

    /// The replies that have something to leave out.
    private static let commands: [Command] = [
        .writeEventsCompleted, .deleteStreamCompleted, .transactionStartCompleted, .transactionWriteCompleted,
        .transactionCommitCompleted, .readEventCompleted, .readStreamEventsForwardCompleted,
        .readStreamEventsBackwardCompleted, .readAllEventsForwardCompleted, .readAllEventsBackwardCompleted,
        .filteredReadAllEventsForwardCompleted, .filteredReadAllEventsBackwardCompleted, .subscriptionConfirmation,
        .streamEventAppeared, .createPersistentSubscriptionCompleted, .updatePersistentSubscriptionCompleted,
        .deletePersistentSubscriptionCompleted, .persistentSubscriptionConfirmation,
        .persistentSubscriptionStreamEventAppeared, .scavengeDatabaseCompleted,
    ]

    /// What comes of every operation on a new server.
    private static func everything(_ client: Client) async throws -> [String] {
        try await self.writing(client) + self.transacting(client) + self.reading(client) + self.following(client)
            + self.consuming(client) + self.deleting(client)
    }

    /// An event without data.
    private static func event(_ type: String) -> NewEvent { NewEvent(type: type, data: Payload(), isJSON: false) }

    private static func told(_ event: ResolvedEvent) -> String {
        let link = event.link.map { " by \($0.stream) \($0.number)" } ?? ""
        let position = event.position.map { " at \($0)" } ?? ""
        let content = "'\(event.data.text)' '\(event.metadata.text)' \(event.isJSON)"
        return "\(event.stream) \(event.number) \(event.type) \(content)" + link + position
    }

    private static func told(_ result: WriteResult) -> String {
        "\(result.firstEventNumber)...\(result.lastEventNumber) at \(result.position.map { "\($0)" } ?? "none")"
    }

    private static func told(failing operation: () async throws -> some Any) async throws -> String {
        let error = try await failure(operation)
        return "\(error.code): \(error.message), \(error.conflict.map { "\($0)" } ?? "no conflict")"
    }

    private static func writing(_ client: Client) async throws -> [String] {
        let event = Self.event("t")
        var said = [self.told(try await client.publishEvent(event, to: "ponies", expecting: .noStream))]
        said.append(self.told(try await client.publishEvent(event, to: "ponies", expecting: .noStream)))
        for expected in [ExpectedVersion.noStream, .version(7)] {
            said.append(
                try await self.told {
                    try await client.publishEvent(Self.event("u"), to: "ponies", expecting: expected)
                })
        }
        said.append(self.told(try await client.publishEvent(.link(to: 0, in: "ponies"), to: "links")))
        try await client.setMetadata(StreamMetadata(), of: "ponies")
        said.append("\(try await client.getMetadata(of: "ponies").version)")
        return said
    }

    private static func transacting(_ client: Client) async throws -> [String] {
        let result = try await client.withTransaction(on: "together", expecting: .noStream) { transaction in
            try await transaction.write([Self.event("t")])
        }
        let late = try await client.startTransaction(on: "together", expecting: .noStream)
        try await late.write([Self.event("t")])
        return [self.told(result), try await self.told { try await late.commit() }]
    }

    private static func reading(_ client: Client) async throws -> [String] {
        var said = [self.told(try await client.getEvent(0, in: "ponies"))]
        said.append(try await self.told { try await client.getEvent(1, in: "ponies") })
        said.append(try await self.told { try await client.get("none") })
        for direction in [Direction.forward, .backward] {
            let slice = try await client.get("ponies", direction: direction)
            said.append("\(slice.next.map { "\($0)" } ?? "end") \(slice.lastEventNumber) \(slice.isEndOfStream)")
            said += slice.events.map { self.told($0) }
            let links = try await client.get("links", direction: direction, resolveLinks: true)
            said += links.events.map { self.told($0) }
            let all = try await client.getAll(direction: direction)
            said.append("\(all.from) \(all.next) \(all.isEnd)")
            said += all.events.map { self.told($0) }
            let filtered = try await client.getAll(direction: direction, matching: .types(prefixedBy: "t"))
            said.append("\(filtered.from) \(filtered.next) \(filtered.isEnd)")
            said += filtered.events.map { self.told($0) }
            for try await event in client.iter("ponies", direction: direction, pageSize: 1) {
                said.append(self.told(event))
            }
        }
        return said
    }

    private static func following(_ client: Client) async throws -> [String] {
        var said: [String] = []
        var messages = try await client.subscribe(to: "ponies", from: .start).messages.makeAsyncIterator()
        for _ in 0..<2 { if let message = try await messages.next() { said.append(self.told(message)) } }
        let live = try await client.subscribe(to: "ponies")
        said.append("\(live.status.lastPlace.map { "\($0)" } ?? "none")")
        let everything = try await client.subscribeToAll(matching: .streams(prefixedBy: "lively"))
        try await client.publishEvent(Self.event("t"), to: "lively")
        for try await event in everything.events {
            said.append(self.told(event))
            break
        }
        return said
    }

    private static func told(_ message: SubscriptionMessage<Int64>) -> String {
        if case .event(let event) = message { self.told(event) } else { "\(message)" }
    }

    private static func consuming(_ client: Client) async throws -> [String] {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        try await client.createSubscription("herd", to: "ponies", settings: settings)
        var said = [try await self.told { try await client.createSubscription("herd", to: "ponies") }]
        try await client.updateSubscription("herd", to: "ponies", settings: settings)
        let herd = try await client.connectSubscription("herd", to: "ponies")
        for try await event in herd.events {
            said.append("\(self.told(event.resolved)), \(event.retryCount) times before")
            herd.ack(event)
            break
        }
        try await client.deleteSubscription("herd", to: "ponies")
        said.append(try await self.told { try await client.deleteSubscription("herd", to: "ponies") })
        return said
    }

    private static func deleting(_ client: Client) async throws -> [String] {
        var said = ["\(try await client.scavenge())"]
        said.append(try await self.told { try await client.deleteStream("ponies", expecting: .version(7)) })
        said.append("\(String(describing: try await client.deleteStream("ponies", expecting: .version(0))))")
        said.append(try await self.told { try await client.get("ponies") })
        said.append("\(String(describing: try await client.tombstoneStream("links")))")
        said.append(try await self.told { try await client.getEvent(0, in: "links") })
        return said
    }
}
