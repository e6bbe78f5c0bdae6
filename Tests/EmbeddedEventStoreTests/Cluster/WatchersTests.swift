import Testing

@testable import EmbeddedEventStore

@Suite("Watchers of a value", .timeLimit(.minutes(1))) @MainActor struct WatchersTests {
    private let watchers = Watchers<Int>()

    @Test("watchers of a value do not wait for what is true already")
    func alreadyTrue() async throws {
        try await self.watchers.wait(7) { $0 == 7 }
        #expect(self.watchers.count == 0)
    }

    @Test("watchers of a value return as soon as a value meets their condition, even for a moment, and no others do")
    func met() async throws {
        let sevens = Task { try await self.watchers.wait(1) { $0 == 7 } }
        let eights = Task { try await self.watchers.wait(nil) { $0 == 8 } }
        while self.watchers.count < 2 { await Task.yield() }
        self.watchers.valueChanged(to: 7)
        self.watchers.valueChanged(to: 1)
        try await sevens.value
        #expect(self.watchers.count == 1)
        self.watchers.valueChanged(to: 8)
        try await eights.value
    }

    @Test("watchers of a value are forgotten when their tasks are cancelled")
    func cancelled() async throws {
        let waiting = Task { try await self.watchers.wait(1) { $0 == 7 } }
        while self.watchers.count < 1 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(self.watchers.count == 0)
    }
}
