import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The table of conversations")
struct ConversationTableTests {
    private let start = Environment.Instant.now
    private var never: Environment.Instant { self.start + .seconds(1_000_000) }

    private func id(_ number: UInt64) -> GUID { GUID(number, 0) }
    private func at(_ seconds: Int) -> Environment.Instant { self.start + .seconds(seconds) }

    @Test("the table of conversations starts entries in order, and no more than its limit")
    func limit() {
        let table = ConversationTable<String>(limit: 2)
        for (number, name) in ["a", "b", "c", "d"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.never)
        }
        #expect(table.startNext() == "a")
        #expect(table.startNext() == "b")
        #expect(!table.canStart)
        #expect(table.startNext() == nil)
        #expect(table.finish(self.id(1)) == "b")
        #expect(table.canStart)
        #expect(table.startNext() == "c")
        #expect((table.inFlightCount, table.waitingCount) == (2, 1))
    }

    @Test("the table of conversations returns an entry once, by whichever way it ends")
    func once() {
        let table = ConversationTable<String>(limit: 9)
        table.enqueue(self.id(1), "a", deadline: self.never)
        #expect(table.finish(self.id(1)) == nil, "it was not sent yet")
        #expect(table.startNext() == "a")
        #expect(table.finish(self.id(1)) == "a")
        #expect(table.finish(self.id(1)) == nil)
        #expect(table.cancel(self.id(1)) == nil)
    }

    @Test("the table of conversations lets waiting and sent entries be cancelled")
    func cancel() {
        let table = ConversationTable<String>(limit: 1)
        for (number, name) in ["a", "b", "c"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.never)
        }
        #expect(table.startNext() == "a")
        #expect(table.cancel(self.id(1)) == "b")
        #expect(table.cancel(self.id(0)) == "a")
        #expect(table.startNext() == "c")
        #expect(table.removeAll() == ["c"])
    }

    @Test("the table of conversations hands everything back at the end, and is empty then")
    func removeAll() {
        let table = ConversationTable<String>(limit: 1)
        for (number, name) in ["a", "b", "c", "d"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.never)
        }
        #expect(table.startNext() == "a")
        #expect(table.cancel(self.id(2)) == "c")
        #expect(table.removeAll() == ["a", "b", "d"])
        #expect((table.inFlightCount, table.waitingCount) == (0, 0))
        #expect(table.startNext() == nil)
    }

    @Test("the table of conversations is empty after ten thousand waiting entries are cancelled")
    func manyCancelled() {
        let table = ConversationTable<Int>(limit: 1)
        for number in 0..<10_000 { table.enqueue(self.id(UInt64(number)), number, deadline: self.never) }
        for number in (0..<10_000).reversed() { #expect(table.cancel(self.id(UInt64(number))) == number) }
        #expect((table.inFlightCount, table.waitingCount) == (0, 0))
        #expect(table.removeAll().isEmpty)
    }

    @Test(
        "the table of conversations returns entries when their deadlines come, wherever they wait, and says when to look again"
    )
    func deadlines() {
        let table = ConversationTable<String>(limit: 1)
        #expect(table.nextWake == nil)
        table.enqueue(self.id(1), "a", deadline: self.at(30))
        table.enqueue(self.id(2), "b", deadline: self.at(10))
        table.enqueue(self.id(3), "c", deadline: self.at(20))
        #expect(table.startNext() == "a")
        #expect(table.nextWake == self.at(10))
        #expect(table.expire(now: self.at(9)).isEmpty)
        #expect(table.expire(now: self.at(10)) == ["b"])
        #expect(table.nextWake == self.at(20))
        #expect(table.cancel(self.id(3)) == "c")
        #expect(table.expire(now: self.at(30)) == ["a"])
        #expect(table.nextWake == nil)
        #expect(table.isEmpty)
    }

    @Test(
        "the table of conversations sends a delayed entry again when its time has come, ahead of others, unless its deadline has too"
    )
    func delays() {
        let table = ConversationTable<String>(limit: 1)
        table.enqueue(self.id(1), "a", deadline: self.at(30))
        table.enqueue(self.id(2), "b", deadline: self.at(40))
        #expect(table.startNext() == "a")
        table.delay(self.id(1), until: self.at(5))
        #expect(table.nextWake == self.at(5))
        #expect(table.finish(self.id(1)) == nil, "it does not wait for an answer")
        #expect(table.expire(now: self.at(5)).isEmpty)
        #expect(table.startNext() == "a")
        table.delay(self.id(1), until: self.at(35))
        #expect(table.expire(now: self.at(30)) == ["a"])
        #expect(table.startNext() == "b")
        table.delay(self.id(2), until: self.at(35))
        #expect(table.cancel(self.id(2)) == "b")
        #expect(table.isEmpty)
    }

    @Test("the table of conversations gives an entry up at its deadline, however often and long it was delayed")
    func delayedBeyondDeadline() {
        let table = ConversationTable<Int>(limit: 10)
        table.enqueue(self.id(1), 1, deadline: self.at(100))
        #expect(table.startNext() == 1)
        table.delay(self.id(1), until: self.at(1))
        // So often that the queue of what is due is built anew.
        for _ in 0..<100 { table.postpone(self.id(1), until: self.at(2)) }
        table.postpone(self.id(1), until: self.at(200))
        #expect(table.expire(now: self.at(100)) == [1])
        #expect(table.isEmpty)
    }

    @Test("the table of conversations has an entry once that was delayed twice until the same time")
    func delayedTwice() {
        let table = ConversationTable<String>(limit: 1)
        table.enqueue(self.id(1), "a", deadline: self.at(30))
        #expect(table.startNext() == "a")
        table.delay(self.id(1), until: self.at(5))
        table.postpone(self.id(1), until: self.at(5))
        #expect(table.expire(now: self.at(5)).isEmpty)
        #expect(table.removeAll() == ["a"])
    }

    @Test(
        "the table of conversations sends again in order, and ahead of others, what was sent in vain and may be repeated"
    )
    func interrupt() {
        let table = ConversationTable<String>(limit: 3)
        for (number, name) in ["a", "b", "c", "d"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.at(number + 10), startBy: self.at(1))
        }
        for _ in 0..<3 { _ = table.startNext() }
        #expect(table.interrupt { $0 == "b" ? .over : .repeated } == (["b"], []))
        #expect((table.inFlightCount, table.waitingCount) == (0, 3))
        // What was sent once has until its deadline; "d" was not sent in time.
        #expect(table.expire(now: self.at(1)) == ["d"])
        #expect(table.startNext() == "a")
        #expect(table.startNext() == "c")
        #expect(table.startNext() == nil)
    }

    @Test("the table of conversations starts what it has to start again in order, whichever of it came back first")
    func againInOrder() {
        let table = ConversationTable<String>(limit: 9)
        for (number, name) in ["a", "b", "c", "d", "e"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.never)
        }
        for _ in 0..<4 { _ = table.startNext() }
        // "a" waits again before the answers to the others are lost, and "b" after that.
        table.delay(self.id(0), until: self.at(1))
        table.hold(self.id(1))
        #expect(table.expire(now: self.at(1)).isEmpty)
        #expect(table.interrupt { _ in .repeated } == ([], []))
        table.release { _ in true }
        #expect((0..<5).map { _ in table.startNext() } == ["a", "b", "c", "d", "e"])
    }

    @Test("the table of conversations holds entries back, and lets them go on in order and ahead of others")
    func held() {
        let table = ConversationTable<String>(limit: 3)
        for (number, name) in ["a", "b", "c", "d", "e"].enumerated() {
            table.enqueue(self.id(UInt64(number)), name, deadline: self.at(number == 1 ? 5 : 50))
        }
        for _ in 0..<3 { _ = table.startNext() }
        #expect(table.interrupt { $0 == "c" ? .repeated : .held } == ([], [self.id(0), self.id(1)]))
        #expect(table.startNext() == "c")
        #expect(table.startNext() == "d")
        table.hold(self.id(3))
        #expect((table.inFlightCount, table.waitingCount) == (1, 4))
        #expect(table.heldEntry(self.id(3)) == "d")
        #expect(table.place(of: self.id(0)) ?? 0 < table.place(of: self.id(3)) ?? 0)
        // Its time goes on meanwhile.
        #expect(table.nextWake == self.at(5))
        #expect(table.expire(now: self.at(5)) == ["b"])
        table.release { $0 != "x" }
        #expect(table.takeHeld(self.id(0)) == nil)
        #expect([table.startNext(), table.startNext()] == ["a", "d"])
        table.hold(self.id(0))
        table.hold(self.id(3))
        #expect(table.takeHeld(self.id(0)) == "a")
        #expect(table.cancel(self.id(3)) == "d")
        #expect(table.removeAll() == ["c", "e"])
        #expect(table.isEmpty)
    }
}
