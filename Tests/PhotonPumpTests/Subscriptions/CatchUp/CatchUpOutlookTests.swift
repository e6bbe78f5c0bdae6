import Testing

@testable import PhotonPump

@Suite("How far there is to go")
struct CatchUpOutlookTests {
    private var outlook = CatchUpOutlook()

    private func place(_ commit: Int64) -> CatchUpPlace { CatchUpPlace(Position(commit: commit, prepare: commit)) }

    /// Whether the end is asked for after a page up to this place.
    private mutating func asks(after commit: Int64, isEnd: Bool = false) -> Bool {
        self.outlook.mustAsk(after: CatchUpPage(next: .from(self.place(commit)), isEnd: isEnd))
    }

    @Test("the end is asked for after two pages, once, and again where it was")
    func asking() {
        var test = self
        let first = test.asks(after: 10)
        let second = test.asks(after: 20)
        let third = test.asks(after: 30)
        #expect([first, second, third] == [false, true, false], "the answer is on its way")
        test.outlook.answered(CatchUpEnd(log: self.place(100)))
        #expect(test.outlook.end == self.place(100))
        let before = test.asks(after: 99)
        let there = test.asks(after: 100)
        #expect([before, there] == [false, true])
    }

    @Test("the end is not asked for where it was reached after a page")
    func short() {
        var test = self
        let answers = [(10, false), (10, true), (20, false), (20, true)].map { test.asks(after: $0, isEnd: $1) }
        #expect(answers == [false, false, false, false])
    }

    @Test("a server that does not say is not asked with every page, and what it said before still counts")
    func failing() {
        var test = self
        _ = test.asks(after: 10)
        _ = test.asks(after: 20)
        test.outlook.answered(CatchUpEnd(log: self.place(100)))
        let answers = (0..<5 as Range<Int64>).map { number in
            defer { test.outlook.answered(nil) }
            return test.asks(after: 100 + number)
        }
        #expect(answers == [true, true, true, false, false])
        #expect(test.outlook.end == self.place(100))
    }
}
