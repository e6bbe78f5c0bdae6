import Testing

@testable import PhotonPump

@Suite("What a task waits for", .timeLimit(.minutes(1)))
struct OutcomeTests {
    @Test("what a task waits for is there before it waits, or comes later")
    func values() async throws {
        let early = Outcome<Int>()
        early.resolve(.success(1))
        early.resolve(.success(2))
        #expect(try await early.wait() == 1)

        let late = Outcome<Int>()
        async let value = late.wait()
        late.resolve(.success(3))
        #expect(try await value == 3)
        #expect(late.isResolved)
    }

    @Test("what a task waits for ends with its task's cancellation, whenever that comes, and can be seen to")
    func cancelled() async throws {
        let outcome = Outcome<Int>()
        let task = Task { try await outcome.wait() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(outcome.isResolved)
        outcome.resolve(.success(1))
    }
}
