import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("Requests for persistent subscriptions")
struct GroupRequestTests {
    let node = TestNode { log in
        log.write("abc", to: "s")
        log.describe("secret", #"{"$acl":{"$r":"nobody"}}"#)
    }
    let admin: TestClient
    let consumer: TestClient

    init() {
        self.admin = TestClient(self.node, 1)
        self.consumer = TestClient(self.node, 2, login: nil)
    }

    private static func id(_ letter: Character) -> GUID { GUID(letter: letter) }

    private func read(_ stream: String) -> [String] {
        let page = self.node.readStream(stream, login: try? .admin)
        return page?.events.compactMap { $0.event?.data.text } ?? []
    }

    // MARK: - Managing

    @Test("requests for persistent subscriptions create a group once")
    func create() {
        #expect(self.admin.create() == .init(result: .success, reason: ""))
        #expect(self.admin.create() == .init(result: .alreadyExists, reason: "Group 'g' already exists."))
        #expect(self.admin.create("s", "other")?.result == .success)
        #expect(self.admin.create("missing", "g")?.result == .success)
    }

    @Test(
        "requests for persistent subscriptions for a stream that cannot be, or a strategy that nobody knows, fail",
        arguments: ["", "$all"])
    func fail(stream: String) {
        #expect(self.admin.create(stream) == .init(result: .fail, reason: "Bad stream name."))
        let settings = PersistentSubscriptionSettings.tested.with { $0.consumerStrategy = "Nope" }
        let reason = "Consumer strategy Nope does not exist."
        #expect(self.admin.create("s", "g", settings) == .init(result: .fail, reason: reason))
    }

    @Test(
        "requests for persistent subscriptions are for administrators and operators",
        arguments: [(nil, false), ("admin", true), ("ops", true)])
    func access(user: String?, isAllowed: Bool) throws {
        let login = try user.map { try Login(name: $0, password: "changeit") }
        let client = TestClient(self.node, 3, login: login)
        #expect(client.create()?.result == (isAllowed ? .success : .accessDenied))
        self.admin.create()
        let update = UpdatePersistentSubscription(stream: "s", group: "g", settings: .tested)
        let updated: UpdatePersistentSubscriptionCompleted? =
            client.send(update, .updatePersistentSubscription)?.message()
        #expect(updated?.result == (isAllowed ? .success : .accessDenied))
        let delete = DeletePersistentSubscription(stream: "s", group: "g")
        let deleted: DeletePersistentSubscriptionCompleted? =
            client.send(delete, .deletePersistentSubscription)?.message()
        #expect(deleted?.result == (isAllowed ? .success : .accessDenied))
    }

    @Test("requests for persistent subscriptions update or delete only what exists")
    func missing() {
        let update = UpdatePersistentSubscription(stream: "s", group: "x", settings: .tested)
        let updated: UpdatePersistentSubscriptionCompleted? =
            self.admin.send(update, .updatePersistentSubscription)?.message()
        #expect(updated == .init(result: .doesNotExist, reason: "Group 'x' does not exist."))
        let delete = DeletePersistentSubscription(stream: "s", group: "x")
        let deleted: DeletePersistentSubscriptionCompleted? =
            self.admin.send(delete, .deletePersistentSubscription)?.message()
        #expect(deleted == .init(result: .doesNotExist, reason: "Group 'x' does not exist."))
    }

    @Test("group requests to update drop who is connected, before they are answered, and go on from the checkpoint")
    func update() throws {
        let settings = PersistentSubscriptionSettings.tested.with { $0.maxCheckpointCount = 1 }
        self.admin.create("s", "g", settings)
        self.consumer.connect()
        self.consumer.ack([Self.id("a"), Self.id("b")])
        #expect(self.node.told() == ["2/1 0@s", "2/1 1@s", "2/1 2@s"])
        let update = UpdatePersistentSubscription(stream: "s", group: "g", settings: settings)
        let answer = try #require(self.admin.send(update, .updatePersistentSubscription))
        #expect(answer.command == .updatePersistentSubscriptionCompleted)
        #expect(answer.followsDeliveries)
        #expect(self.node.told() == ["2/1 dropped 0"])
        self.consumer.connect()
        #expect(self.node.told() == ["2/1 2@s"])
    }

    @Test(
        "requests for persistent subscriptions to delete drop who is connected and forget checkpoint and parked events")
    func delete() throws {
        let settings = PersistentSubscriptionSettings.tested.with { $0.maxCheckpointCount = 1 }
        self.admin.create("s", "g", settings)
        self.consumer.connect()
        self.consumer.ack([Self.id("a")])
        self.consumer.nak([Self.id("b")], .park)
        _ = self.node.told()
        let delete = DeletePersistentSubscription(stream: "s", group: "g")
        #expect(try #require(self.admin.send(delete, .deletePersistentSubscription)).followsDeliveries)
        #expect(self.node.told() == ["2/1 dropped 0"])
        #expect(self.read("$persistentsubscription-s::g-checkpoint") == [])
        #expect(self.read("$persistentsubscription-s::g-parked") == [])
        #expect(self.consumer.connect()?.gist == "dropped 2")
        self.admin.create("s", "g", settings)
        self.consumer.connect()
        #expect(self.node.told() == ["2/1 0@s", "2/1 1@s", "2/1 2@s"])
    }

    // MARK: - Connecting

    @Test("group requests to connect are confirmed with what acknowledgements must carry, and then the events come")
    func connect() {
        self.admin.create()
        let confirmation: PersistentSubscriptionConfirmation? = self.consumer.connect()?.message()
        #expect(confirmation?.subscriptionID == "s::g")
        #expect(confirmation?.lastEventNumber == 2)
        #expect(self.node.told() == ["2/1 0@s", "2/1 1@s", "2/1 2@s"])
        self.consumer.ack([Self.id("a"), Self.id("b"), Self.id("c")])
        self.admin.write("d", to: "s")
        #expect(self.node.told() == ["2/1 3@s"])
    }

    @Test("group requests to connect are refused for a stream that may not be read, a missing group, and one too many")
    func refused() {
        self.admin.create("secret")
        #expect(self.consumer.connect("secret")?.gist == "dropped 1")
        #expect(self.consumer.connect("s", "nope")?.gist == "dropped 2")
        self.admin.create("s", "g", .tested.with { $0.maxSubscriberCount = 1 })
        self.consumer.connect()
        #expect(self.admin.connect()?.gist == "dropped 4")
    }

    @Test("requests for persistent subscriptions that carry the group's name alone where its id belongs are ignored")
    func bareName() {
        self.admin.create()
        self.consumer.connect(limit: 1)
        self.consumer.ack([Self.id("a")], "g")
        #expect(self.node.told() == ["2/1 0@s"])
    }

    @Test("requests for persistent subscriptions to unsubscribe end a consumer, and what it had goes to another")
    func unsubscribe() {
        self.admin.create()
        self.consumer.connect(limit: 2)
        _ = self.node.told()
        #expect(self.consumer.unsubscribe()?.gist == "dropped 0")
        #expect(self.consumer.unsubscribe() == nil)
        self.admin.connect()
        #expect(self.node.told() == ["1/1 0@s+1", "1/1 1@s+1", "1/1 2@s"])
    }

    @Test("requests for persistent subscriptions end with their connection: what it had goes to another")
    func clientLeft() {
        self.admin.create()
        self.consumer.connect(limit: 2)
        self.admin.connect(limit: 5)
        _ = self.node.told()
        self.node.act { $0.clientLeft(self.consumer.id, now: 0) }
        #expect(self.node.told() == ["1/1 0@s+1", "1/1 1@s+1"])
    }

    @Test("requests for persistent subscriptions of several groups on a stream do not concern each other")
    func groups() {
        self.admin.create("s", "g")
        self.admin.create("s", "h", .tested.with { $0.startFrom = 2 })
        self.consumer.connect("s", "g", limit: 1, as: 1)
        self.consumer.connect("s", "h", as: 2)
        self.admin.write("d", to: "s")
        #expect(self.node.told() == ["2/1 0@s", "2/2 2@s", "2/2 3@s"])
    }

    // MARK: - Streams

    @Test("group requests park with a link to the event and what to know about it; a replay delivers by that link")
    func parked() throws {
        self.admin.create()
        self.consumer.connect()
        self.consumer.nak([Self.id("b")], .park)
        #expect(self.read("$persistentsubscription-s::g-parked") == ["1@s"])
        let link = try #require(
            self.node.readEvent("$persistentsubscription-s::g-parked", 0, login: .admin)?.event.event)
        #expect(link.type.text == "$>")
        #expect(!link.isJSON)
        let metadata = link.metadata.text
        #expect(metadata.contains(#""reason":"Client explicitly NAK'ed message.\nwhy""#))
        #expect(metadata.contains(#""subscriptionEventNumber":1"#))
        #expect(metadata.contains(#""added":"1970-01-01T00:00:00.000Z""#))

        _ = self.node.told()
        #expect(self.node.act { $0.replayParked("s::g", now: 0) })
        #expect(self.node.told() == ["2/1 1@s by 0@$persistentsubscription-s::g-parked"])
        #expect(self.read("$persistentsubscription-s::g-parked") == [])
        self.consumer.ack([link.id])
        #expect(self.node.act { $0.replayParked("s::g", now: 0) })
        #expect(self.node.told() == [])
        self.consumer.nak([Self.id("c")], .park)
        #expect(self.read("$persistentsubscription-s::g-parked") == ["2@s"])
        #expect(!self.node.act { $0.replayParked("s::nope", now: 0) })
    }

    @Test("requests for persistent subscriptions park what was replayed and refused again, with the original's link")
    func parkedAgain() throws {
        self.admin.create()
        self.consumer.connect()
        self.consumer.nak([Self.id("b")], .park)
        _ = self.node.act { $0.replayParked("s::g", now: 0) }
        let first = self.node.log.entries.first { $0.record.type.text == "$>" }
        self.consumer.nak([try #require(first).record.id], .park)
        #expect(self.read("$persistentsubscription-s::g-parked") == ["1@s"])
        #expect(self.node.readStream("$persistentsubscription-s::g-parked", login: try .admin)?.lastEventNumber == 1)
    }

    @Test("requests for persistent subscriptions keep a checkpoint, a number in JSON, in a stream of its own")
    func checkpoint() throws {
        self.admin.create("s", "g", .tested.with { $0.maxCheckpointCount = 2 })
        self.consumer.connect()
        self.consumer.ack([Self.id("a"), Self.id("b")])
        #expect(self.read("$persistentsubscription-s::g-checkpoint") == ["1"])
        let event = try #require(
            self.node.readEvent("$persistentsubscription-s::g-checkpoint", -1, login: .admin)?.event.event)
        #expect(event.type.text == "SubscriptionCheckpoint")
        #expect(event.isJSON)
    }

    @Test("requests for persistent subscriptions resolve links, and take the ids of links for acknowledgements")
    func links() {
        self.admin.create("links", "g", .tested.with { $0.resolveLinks = true })
        self.admin.write("l", to: "links", type: "$>", data: "1@s")
        self.consumer.connect("links", limit: 1)
        self.admin.write("m", to: "links", type: "$>", data: "9@s")
        #expect(self.node.told() == ["2/1 1@s by 0@links"])
        self.consumer.ack([Self.id("b")], "links::g")
        #expect(self.node.told() == [])
        self.consumer.ack([Self.id("l")], "links::g")
        #expect(self.node.told() == ["2/1 1@links dead"])
    }

    @Test("group requests show in the log's own streams: $all tells subscribers of parked events and checkpoints")
    func visible() {
        self.admin.create("s", "g", .tested.with { $0.maxCheckpointCount = 1 })
        self.admin.subscribe("", as: 9)
        self.consumer.connect()
        self.consumer.nak([Self.id("a")], .park)
        #expect(
            self.node.told().suffix(2) == [
                "1/9 0@$persistentsubscription-s::g-parked", "1/9 0@$persistentsubscription-s::g-checkpoint",
            ])
    }

    @Test("requests for persistent subscriptions skip events that are hidden")
    func truncated() {
        self.node.act { $0.log.describe("s", #"{"$tb":2}"#) }
        self.admin.create()
        self.consumer.connect()
        #expect(self.node.told() == ["2/1 2@s"])
    }

    @Test("requests for persistent subscriptions wait for what is late with the time that passes")
    func timeout() {
        self.admin.create("s", "g", .tested.with { $0.messageTimeout = 500 })
        self.consumer.now = 1_000
        self.consumer.connect(limit: 1)
        _ = self.node.told()
        self.node.act { $0.tick(now: 1_499) }
        #expect(self.node.told() == [])
        self.node.act { $0.tick(now: 1_500) }
        #expect(self.node.told() == ["2/1 0@s+1"])
    }

    // MARK: - Masters

    @Test("group requests find their groups again after another node has become the master, from the checkpoints on")
    func newMaster() {
        self.admin.create("s", "g", .tested.with { $0.maxCheckpointCount = 2 })
        self.admin.create("s", "pinned", .tested.with { $0.consumerStrategy = "Pinned" })
        self.consumer.connect()
        self.consumer.ack([Self.id("a"), Self.id("b")])
        _ = self.node.told()
        self.node.act { $0.masterChanged(from: 0, to: nil, now: 0) }
        #expect(self.node.told() == ["2/1 dropped 0"])
        #expect(self.consumer.connect()?.gist == "dropped 2")
        self.node.act { $0.masterChanged(from: nil, to: 1, now: 0) }
        #expect(self.node.store.groups["s::pinned"]?.terms.namedConsumerStrategy == "Pinned")
        self.consumer.connect()
        #expect(self.node.told() == ["2/1 2@s"])
    }

    @Test("requests for persistent subscriptions survive a configuration that somebody has spoilt")
    func spoiltConfiguration() {
        self.admin.create()
        self.admin.write("x", to: "$persistentSubscriptionConfig", data: "{}")
        self.node.act { $0.masterChanged(from: 0, to: 1, now: 0) }
        #expect(self.node.store.groups.isEmpty)
        #expect(self.admin.create()?.result == .success)
    }

    // MARK: - What is told of a group

    @Test("requests for persistent subscriptions tell what a group has done and who is there")
    func info() throws {
        self.admin.create()
        self.consumer.connect(limit: 2)
        let info = try #require(self.node.act { $0.groups.info(of: "s::g", now: 1_000) })
        #expect((info.eventStreamId, info.groupName, info.status) == ("s", "g", "Live"))
        #expect((info.totalItemsProcessed, info.totalInFlightMessages, info.readBufferCount) == (2, 2, 1))
        #expect((info.lastKnownEventNumber, info.lastProcessedEventNumber) == (2, -1))
        #expect(info.config.namedConsumerStrategy == "RoundRobin")
        let connection = try #require(info.connections.first)
        #expect((connection.username, connection.availableSlots, connection.inFlightMessages) == ("anonymous", 0, 2))
        self.consumer.ack([Self.id("a")])
        let later = try #require(self.node.act { $0.groups.info(of: "s::g", now: 1_500) })
        #expect((later.countSinceLastMeasurement, later.averageItemsPerSecond) == (1, 2))
        #expect(self.node.act { $0.groups.info(of: "nope", now: 0)?.groupName } == nil)
    }
}
