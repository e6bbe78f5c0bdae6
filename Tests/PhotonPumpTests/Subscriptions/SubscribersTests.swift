import PhotonPumpWire
import Synchronization
import Testing

@testable import PhotonPump

@Suite("Subscribers")
struct SubscribersTests {
    private final class Listener: Subscriber {
        let heard = Mutex<[String]>([])
        let busy = Atomic(false)

        let pushCommand = Command.streamEventAppeared
        let numbers = Mutex<[Int64]>([])

        func received(_ events: [PushedRecord], under id: GUID, from endpoint: String) {
            self.numbers.withLock { $0 += events.map { $0.record.event?.number ?? -1 } }
        }
        func received(_ package: Package, from endpoint: String) { self.heard.withLock { $0.append("received") } }
        func receivedAll() {}
        func ended(_ error: PhotonPumpError) {}
        func unsubscribed() { self.heard.withLock { $0.append("left") } }
        func isBusy(besides own: Work?) -> Bool { self.busy.load(ordering: .relaxed) }
    }

    private let id = GUID(1, 1)

    @Test("subscribers that go are there until the server confirms it, and hear nothing else")
    func leaving() {
        var subscribers = Subscribers()
        let listener = Listener()
        subscribers.add(listener, self.id)
        #expect(subscribers.isQuiet())
        #expect(subscribers.contains(self.id))
        let goings = [subscribers.end(self.id), subscribers.end(self.id)]
        #expect(goings == [true, false])
        #expect(!subscribers.isQuiet())
        #expect(!subscribers.contains(self.id))
        #expect(subscribers.receiver(of: .persistentSubscriptionStreamEventAppeared, self.id) == nil)
        let confirmations = [subscribers.confirmEnd(self.id), subscribers.confirmEnd(self.id)]
        #expect(confirmations == [true, false])
        #expect(subscribers.isQuiet())
        #expect(listener.heard.withLock { $0 } == ["left"])
    }

    @Test("subscribers that have just received something receive nothing after they go, or another takes their id")
    func leavingInMidst() {
        var subscribers = Subscribers()
        let (first, second) = (Listener(), Listener())
        let command = Command.streamEventAppeared
        subscribers.add(first, self.id)
        #expect(subscribers.receiver(of: command, self.id) === first)
        #expect(subscribers.receiver(of: command, self.id) === first)
        subscribers.add(second, self.id)
        #expect(subscribers.receiver(of: command, self.id) === second)
        _ = subscribers.end(self.id)
        #expect(subscribers.receiver(of: command, self.id) == nil)
        subscribers.add(first, self.id)
        #expect(subscribers.receiver(of: command, self.id) === first)
        #expect(subscribers.receiver(of: .subscriptionDropped, self.id) === first)
        #expect(subscribers.receiver(of: command, self.id) == nil)
        subscribers.add(first, self.id)
        #expect(subscribers.receiver(of: command, self.id) === first)
        _ = subscribers.removeAll()
        #expect(subscribers.receiver(of: command, self.id) == nil)
    }

    @Test("everyone who received something is told that it was all, once for each run")
    func tellingReceivers() {
        var subscribers = Subscribers()
        let (first, second) = (Listener(), Listener())
        let other = GUID(1, 2)
        subscribers.add(first, self.id)
        subscribers.add(second, other)
        for id in [self.id, self.id, other, other] { _ = subscribers.receiver(of: .streamEventAppeared, id) }
        let told = subscribers.takeReceivers()
        #expect(told.count == 2)
        #expect(told.first === first)
        #expect(told.last === second)
        #expect(subscribers.takeReceivers().isEmpty)
        _ = subscribers.receiver(of: .streamEventAppeared, other)
        #expect(subscribers.takeReceivers().count == 1)
    }

    private static func package(_ number: Int64, _ id: GUID) -> Package {
        let event = EventRecord(
            stream: Bytes(utf8: "s"), number: number, id: id, type: Bytes(utf8: "t"), isJSON: false, data: Bytes(),
            metadata: Bytes(), created: 0)
        let record = PositionedRecord(
            record: ResolvedRecord(event: event, link: nil), commitPosition: number, preparePosition: number)
        return Package(.streamEventAppeared, id, payload: StreamEventAppeared(event: record).encoded())
    }

    @Test("subscribers receive a run of events together, which ends with what does not belong to it")
    func runs() {
        var subscribers = Subscribers()
        let listener = Listener()
        let others: [Package] = [
            Self.package(4, GUID(1, 2)), Package(.persistentSubscriptionStreamEventAppeared, self.id),
            Package(.streamEventAppeared, self.id, payload: Bytes(utf8: "no message")),
        ]
        for other in others {
            let early = subscribers.collect(Self.package(0, self.id))
            #expect(!early, "there is no run to belong to")
            let collected = [
                subscribers.beginRun(with: Self.package(1, self.id), for: listener),
                subscribers.collect(Self.package(2, self.id)), subscribers.collect(other),
            ]
            #expect(collected == [true, true, false])
            subscribers.takeRun()?.passOn(from: "here")
            subscribers.takeRun()?.passOn(from: "here")
            #expect(listener.numbers.withLock { $0 } == [1, 2])
            listener.numbers.withLock { $0 = [] }
        }
        for other in others.dropFirst() {
            let hasBegun = subscribers.beginRun(with: other, for: listener)
            #expect(!hasBegun)
            let run = subscribers.takeRun()
            #expect(run.map { _ in true } == nil)
        }
    }

    @Test("subscribers that go are no longer waited for when too many of them have gone without being confirmed")
    func tooManyLeaving() {
        var subscribers = Subscribers()
        let listener = Listener()
        for number in 0...UInt64(Subscribers.endingLimit) {
            subscribers.add(listener, GUID(2, number))
            _ = subscribers.end(GUID(2, number))
        }
        #expect(listener.heard.withLock { $0.count } == Subscribers.endingLimit)
        let last = GUID(2, UInt64(Subscribers.endingLimit))
        let confirmations = [subscribers.confirmEnd(GUID(2, 0)), subscribers.confirmEnd(last)]
        #expect(confirmations == [false, true])
        #expect(subscribers.isQuiet())
    }

    @Test("subscribers are not quiet as long as one is busy, or gone without having said so")
    func busy() {
        var subscribers = Subscribers()
        var listener: Listener? = Listener()
        if let listener { subscribers.add(listener, self.id) }
        listener?.busy.store(true, ordering: .relaxed)
        #expect(!subscribers.isQuiet())
        listener?.busy.store(false, ordering: .relaxed)
        #expect(subscribers.isQuiet())
        listener = nil
        #expect(!subscribers.isQuiet())
        #expect(subscribers.contains(self.id))
        _ = subscribers.end(self.id)
        _ = subscribers.confirmEnd(self.id)
        #expect(subscribers.isQuiet())
    }
}
