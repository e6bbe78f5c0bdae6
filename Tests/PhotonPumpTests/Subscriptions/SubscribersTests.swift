import PhotonPumpWire
import Synchronization
import Testing

@testable import PhotonPump

@Suite("Subscribers")
struct SubscribersTests {
    private final class Listener: Subscriber {
        let heard = Mutex<[String]>([])
        let busy = Atomic(false)

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
