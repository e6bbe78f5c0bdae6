import Testing

@testable import PhotonPump

@Suite("Backing off")
struct BackoffTests {
    @Test(
        "backing off doubles up to the ceiling",
        arguments: [(1, 100), (2, 200), (3, 400), (5, 1600), (6, 2000), (1000, 2000), (0, 100)]
    )
    func doubles(attempts: Int, milliseconds: Int) {
        #expect(Backoff().delay(attempts: attempts, chance: 1) == .milliseconds(milliseconds))
    }

    @Test("backing off takes any part of the time")
    func jitter() {
        #expect(Backoff().delay(attempts: 2, chance: 0) == .zero)
        #expect(Backoff().delay(attempts: 2, chance: 0.25) == .milliseconds(50))
    }
}
