import Testing

@testable import EmbeddedEventStore

@Suite struct AnonymousBudgetTests {
    @Test("nobody has to go while there is room, and then who holds most")
    func order() {
        var budget = AnonymousBudget(limit: 100)
        budget.set(60, for: 1)
        budget.set(40, for: 2)
        #expect(budget.excessive == nil)
        budget.set(1, for: 3)
        #expect(budget.excessive == 1)
        budget.set(0, for: 1)
        #expect(budget.excessive == nil)
        budget.set(70, for: 2)
        budget.set(30, for: 3)
        #expect(budget.excessive == nil)
        budget.set(31, for: 3)
        #expect(budget.excessive == 2)
        budget.set(10, for: 2)
        #expect(budget.excessive == nil)
    }

    @Test("a single connection can be too much")
    func single() {
        var budget = AnonymousBudget(limit: 100)
        budget.set(101, for: 7)
        #expect(budget.excessive == 7)
        budget.set(0, for: 7)
        budget.set(0, for: 8)
        #expect(budget.excessive == nil)
    }
}
