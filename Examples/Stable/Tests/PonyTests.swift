import PhotonPump
import Testing

@testable import Stable

@Suite struct PonyTests {
    @Test func isTiredAfterThreeJumps() throws {
        let jump = PonyJumped(pony: "Rarity", height: 9)
        var pony = Pony()
        for _ in 1...3 { pony.apply(.jumped(try pony.jump(jump))) }
        #expect(throws: IsTired.self) { try pony.jump(jump) }

        pony.apply(.rested(PonyRested(pony: "Rarity")))
        #expect(try pony.jump(jump).height == 9)
    }

    @Test func bookHasTheHighestJump() async throws {
        let jumps = try [7, 9, 8].map { height in
            try PonyEvent.types.newEvent(
                PonyJumped(pony: "Rarity", height: height))
        }
        let book = HerdBook()
        for event in ResolvedEvent.events(jumps, of: "pony-Rarity") {
            try await book.record(event)
        }
        #expect(await book.records == ["Rarity": 9])
    }
}
