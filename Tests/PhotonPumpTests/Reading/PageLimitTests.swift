import Testing

@testable import PhotonPump

@Suite("The limit of a page")
struct PageLimitTests {
    @Test("S20: sinks with the second loss in a row, and rises again when pages come")
    func losses() {
        let limit = PageLimit()
        limit.lost()
        #expect(limit.reduce(500) == 500)
        limit.lost()
        limit.lost()
        #expect(limit.reduce(500) == 125)
        for _ in 0..<15 { limit.answered() }
        #expect(limit.reduce(500) == 125)
        limit.answered()
        #expect(limit.reduce(500) == 250)
        for _ in 0..<32 { limit.answered() }
        #expect(limit.reduce(500) == 500)
    }

    @Test("is never below one event")
    func least() {
        let limit = PageLimit()
        for _ in 0..<100 { limit.wasTooLarge() }
        #expect(limit.reduce(500) == 1)
    }
}
