import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite("Volatile subscriptions")
struct VolatileSubscriptionTests {
    let node = TestNode { log in
        log.write("abc", to: "s")
        log.describe("secret", #"{"$acl":{"$r":"nobody"}}"#)
        log.delete("gone", hard: true)
    }
    let client: TestClient
    let writer: TestClient

    init() {
        self.client = TestClient(self.node)
        self.writer = TestClient(self.node, 2)
    }

    @Test(
        "volatile subscriptions are confirmed with where the log and the stream end",
        arguments: [("s", 2), ("new", -1), ("gone", .max)])
    func confirmation(stream: String, number: Int64) {
        let confirmation: SubscriptionConfirmation? = self.client.subscribe(stream)?.message()
        #expect(confirmation?.lastEventNumber == number)
        #expect(confirmation?.lastCommitPosition == self.node.log.entries.last?.position.commit)
    }

    @Test("volatile subscriptions to $all are confirmed without a number")
    func confirmationOfAll() {
        let confirmation: SubscriptionConfirmation? = self.client.subscribe("")?.message()
        #expect(confirmation?.lastEventNumber == nil)
        #expect(confirmation?.lastCommitPosition == self.node.log.entries.last?.position.commit)
    }

    @Test(
        "volatile subscriptions to an empty log are confirmed with a position that reading has reached from the start")
    func emptyLog() {
        let confirmation: SubscriptionConfirmation? = TestClient(TestNode()).subscribe("")?.message()
        #expect(confirmation?.lastCommitPosition == -1)
    }

    @Test("subscriptions get what is committed from now on, in order, whoever writes it, and nothing of other streams")
    func events() {
        self.client.subscribe("s")
        self.writer.write("de", to: "s")
        self.writer.write("x", to: "other")
        self.client.write("f", to: "s")
        #expect(self.node.told() == ["1/1 3@s", "1/1 4@s", "1/1 5@s"])
    }

    @Test("volatile subscriptions get events with their positions in the log")
    func positions() throws {
        self.client.subscribe("s")
        self.writer.write("d", to: "s")
        let deliveries = self.node.act { $0.takeDeliveries() }
        let delivery = try #require(deliveries.first?.content.message(as: StreamEventAppeared.self))
        #expect(delivery.event.commitPosition == self.node.log.lastCommitPosition)
        #expect(delivery.event.preparePosition == self.node.log.lastCommitPosition)
    }

    @Test("volatile subscriptions get nothing for a write that repeats an earlier one")
    func repeated() {
        self.client.subscribe("s")
        self.writer.write("a", to: "s")
        #expect(self.node.told() == [])
    }

    @Test("volatile subscriptions to $all get the events of all streams, metadata and tombstones too")
    func all() {
        self.client.subscribe("")
        self.writer.write("d", to: "s")
        let delete = DeleteStream(stream: "s", expectedVersion: -2, requireMaster: true, hardDelete: false)
        self.writer.send(delete, .deleteStream)
        #expect(self.node.told() == ["1/1 3@s", "1/1 0@$$s"])
    }

    @Test("volatile subscriptions get a transaction's events when it is committed, after what was written meanwhile")
    func transaction() throws {
        self.client.subscribe("")
        let start = TransactionStart(stream: "t", expectedVersion: -2, requireMaster: true)
        let started = try #require(
            self.writer.send(start, .transactionStart)?.message(as: TransactionStartCompleted.self))
        let write = TransactionWrite(
            transactionID: started.transactionID, events: [ProposedEvent(letter: "t")], requireMaster: true)
        self.writer.send(write, .transactionWrite)
        self.writer.write("u", to: "u")
        #expect(self.node.told() == ["1/1 0@u"])
        let commit = TransactionCommit(transactionID: started.transactionID, requireMaster: true)
        self.writer.send(commit, .transactionCommit)
        #expect(self.node.told() == ["1/1 0@t"])
    }

    @Test("volatile subscriptions resolve links where that is asked for, without looking at who may read the target")
    func links() {
        let reader = TestClient(self.node, 3, login: nil)
        reader.subscribe("links", resolveLinks: true, as: 5)
        self.client.subscribe("links")
        self.writer.write("x", to: "secret")
        for target in ["0@s", "0@secret", "7@s", "no link"] {
            let link = ProposedEvent(
                id: GUID(7, UInt64(self.node.log.entries.count)), type: "$>", isJSON: false, data: Bytes(utf8: target),
                metadata: Bytes())
            let write = WriteEvents(stream: "links", expectedVersion: -2, events: [link], requireMaster: true)
            self.writer.send(write, .writeEvents)
        }
        let told = self.node.told()
        #expect(
            told.filter { $0.hasPrefix("3/5") } == [
                "3/5 0@s by 0@links", "3/5 0@secret by 1@links", "3/5 2@links dead", "3/5 3@links dead",
            ])
        #expect(told.filter { $0.hasPrefix("1/1") } == (0..<4).map { "1/1 \($0)@links" })
    }

    @Test("volatile subscriptions are refused to those who may not read", arguments: ["secret", "", "$system"])
    func denied(stream: String) {
        let stranger = TestClient(self.node, 3, login: nil)
        #expect(stranger.subscribe(stream)?.gist == "dropped 1")
        self.writer.write("d", to: "secret")
        #expect(self.node.told() == [])
    }

    @Test("volatile subscriptions to a stream that is called $all are refused to strangers and get nothing")
    func literalAll() {
        #expect(self.client.subscribe("$all")?.command == .subscriptionConfirmation)
        self.writer.write("d", to: "s")
        #expect(self.node.told() == [])
    }

    @Test("volatile subscriptions end when that is asked for, once, and with an answer only to what exists")
    func unsubscribe() {
        self.client.subscribe("s")
        #expect(self.client.unsubscribe(7) == nil)
        #expect(self.client.unsubscribe()?.gist == "dropped 0")
        #expect(self.client.unsubscribe() == nil)
        self.writer.write("d", to: "s")
        #expect(self.node.told() == [])
    }

    @Test("volatile subscriptions can be ended by another connection to the same node; their owner is told")
    func unsubscribeForeign() {
        self.client.subscribe("s")
        #expect(TestClient(self.node, 4, on: 1).unsubscribe() == nil)
        #expect(self.node.told() == [])
        #expect(self.writer.unsubscribe() == nil)
        #expect(self.node.told() == ["1/1 dropped 0"])
    }

    @Test("volatile subscriptions with the same id exist side by side, and the newest ends first")
    func sameID() {
        self.client.subscribe("s")
        self.client.subscribe("other")
        self.client.unsubscribe()
        self.writer.write("d", to: "s")
        self.writer.write("x", to: "other")
        #expect(self.node.told() == ["1/1 3@s"])
    }

    @Test("volatile subscriptions end with their connection, silently")
    func clientLeft() {
        self.client.subscribe("s")
        self.writer.subscribe("s")
        self.node.act { $0.clientLeft(self.client.id, now: 0) }
        self.writer.write("d", to: "s")
        #expect(self.node.told() == ["2/1 3@s"])
    }

    @Test("volatile subscriptions get a tombstone, with a number that the client understands")
    func tombstone() {
        let old = TestClient(self.node, 3, schema: .narrow)
        self.client.subscribe("s")
        old.subscribe("s")
        let delete = DeleteStream(stream: "s", expectedVersion: -2, requireMaster: true, hardDelete: true)
        self.writer.send(delete, .deleteStream)
        #expect(self.node.told() == ["1/1 \(Int64.max)@s", "3/1 \(Int32.max)@s"])
    }

    @Test("volatile subscriptions get the links of system projections")
    func projections() {
        let node = TestNode(runsProjections: true)
        let client = TestClient(node)
        client.subscribe("$ce-pony", resolveLinks: true)
        client.write("a", to: "pony-1")
        #expect(node.told() == ["1/1 0@pony-1 by 0@$ce-pony"])
    }

    @Test(
        "volatile subscriptions are served by every node, even one that knows of no master",
        arguments: [Role.leaderless, .starting(.refused)])
    func anyRole(role: Role) {
        let client = TestClient(self.node, 9, login: nil, as: role)
        #expect(client.subscribe("s")?.command == .subscriptionConfirmation)
    }

    // MARK: - Filters

    private func subscribe(_ filter: Filter, interval: Int32 = -1) -> Answer? {
        self.client.send(
            FilteredSubscribe(stream: "", resolveLinks: false, filter: filter, checkpointInterval: interval),
            .filteredSubscribeToStream)
    }

    @Test("volatile subscriptions with a filter get what fits")
    func filtered() {
        #expect(self.subscribe(Filter(.eventType, .prefix, ["Wanted"]))?.command == .subscriptionConfirmation)
        self.writer.write("d", to: "s")
        self.writer.write("e", to: "s", type: "WantedIndeed")
        self.writer.write("x", to: "other", type: "Wanted")
        #expect(self.node.told() == ["1/1 4@s", "1/1 0@other"])
    }

    @Test("volatile subscriptions with a filter are told after every so many events how far the log is, fitting or not")
    func checkpoints() {
        _ = self.subscribe(Filter(.streamID, .prefix, ["s"]), interval: 2)
        self.writer.write("x", to: "other")
        #expect(self.node.told() == [])
        self.writer.write("d", to: "s")
        let first = self.node.log.lastCommitPosition
        self.writer.write("yz", to: "other")
        let second = self.node.log.lastCommitPosition
        #expect(self.node.told() == ["1/1 3@s", "1/1 checkpoint \(first)", "1/1 checkpoint \(second)"])
    }

    @Test("volatile subscriptions with a filter that means nothing, or on an old server, are bad requests")
    func badFilter() {
        #expect(self.subscribe(Filter(.streamID, .regex, ["("]))?.command == .badRequest)
        let old = TestClient(TestNode(offersFilteredReads: false))
        let subscribe = FilteredSubscribe(
            stream: "", resolveLinks: false, filter: Filter(.streamID, .prefix, ["s"]), checkpointInterval: -1)
        #expect(old.send(subscribe, .filteredSubscribeToStream)?.command == .badRequest)
    }
}
