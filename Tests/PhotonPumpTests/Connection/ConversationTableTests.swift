import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The table of conversations")
struct ConversationTableTests {
    private func id(_ number: UInt64) -> GUID { GUID(number, 0) }

    @Test("starts entries in order, and no more than its limit")
    func limit() {
        var table = ConversationTable<String>(limit: 2)
        for (number, name) in ["a", "b", "c", "d"].enumerated() { table.enqueue(self.id(UInt64(number)), name) }
        #expect(table.startNext() == "a")
        #expect(table.startNext() == "b")
        #expect(!table.canStart)
        #expect(table.startNext() == nil)
        #expect(table.finish(self.id(1)) == "b")
        #expect(table.canStart)
        #expect(table.startNext() == "c")
        #expect((table.inFlightCount, table.waitingCount) == (2, 1))
    }

    @Test("returns an entry once, by whichever way it ends")
    func once() {
        var table = ConversationTable<String>(limit: 9)
        table.enqueue(self.id(1), "a")
        #expect(table.finish(self.id(1)) == nil, "it was not sent yet")
        #expect(table.startNext() == "a")
        #expect(table.finish(self.id(1)) == "a")
        #expect(table.finish(self.id(1)) == nil)
        #expect(table.cancel(self.id(1)) == nil)
    }

    @Test("lets waiting and sent entries be cancelled")
    func cancel() {
        var table = ConversationTable<String>(limit: 1)
        for (number, name) in ["a", "b", "c"].enumerated() { table.enqueue(self.id(UInt64(number)), name) }
        #expect(table.startNext() == "a")
        #expect(table.cancel(self.id(1)) == "b")
        #expect(table.cancel(self.id(0)) == "a")
        #expect(table.startNext() == "c")
        #expect(table.removeAll() == ["c"])
    }

    @Test("hands everything back at the end, and is empty then")
    func removeAll() {
        var table = ConversationTable<String>(limit: 1)
        for (number, name) in ["a", "b", "c", "d"].enumerated() { table.enqueue(self.id(UInt64(number)), name) }
        #expect(table.startNext() == "a")
        #expect(table.cancel(self.id(2)) == "c")
        #expect(table.removeAll() == ["a", "b", "d"])
        #expect((table.inFlightCount, table.waitingCount) == (0, 0))
        #expect(table.startNext() == nil)
    }

    @Test("is empty after ten thousand waiting entries are cancelled")
    func manyCancelled() {
        var table = ConversationTable<Int>(limit: 1)
        for number in 0..<10_000 { table.enqueue(self.id(UInt64(number)), number) }
        for number in (0..<10_000).reversed() { #expect(table.cancel(self.id(UInt64(number))) == number) }
        #expect((table.inFlightCount, table.waitingCount) == (0, 0))
        #expect(table.removeAll().isEmpty)
    }
}
