import Testing

@testable import EmbeddedEventStore

@Suite struct BackPressureTests {
    @Test("a client is held up above the mark and goes on below half of it")
    func hysteresis() {
        var pressure = BackPressure(mark: 100)
        let course: [(Int, Bool)] = [
            (0, false), (100, false), (101, true), (99, true), (50, true), (49, false), (100, false), (1_000, true),
            (0, false),
        ]
        for (count, isHolding) in course {
            pressure.unsentChanged(to: count)
            #expect(pressure.isHolding == isHolding, "\(count)")
        }
    }
}
