import Testing

@testable import PhotonPump

@Suite("The size of a page")
struct PageSizeTests {
    private static func asked(_ size: inout PageSize, _ count: Int32) -> Int32 { size.ask(count) }

    /// What is asked for when all events take `bytes`, page after page.
    private static func sizes(_ size: inout PageSize, of count: Int32, bytes: Int, pages: Int) -> [Int32] {
        (0..<pages).map { _ in
            let asked = size.ask(count)
            size.arrived(events: Int(asked), bytes: Int(asked) * bytes)
            return asked
        }
    }

    @Test("S67: the size of a page begins small, and grows to what is wanted if events are small")
    func small() {
        var size = PageSize()
        #expect(Self.sizes(&size, of: 500, bytes: 200, pages: 4) == [32, 128, 500, 500])
        var few = PageSize()
        #expect(Self.asked(&few, 7) == 7)
    }

    @Test(
        "S67: the size of a page is that of some megabytes from the second page on",
        arguments: [(1_000_000, 4), (150_000, 27), (16 << 20, 1)])
    func large(bytes: Int, expected: Int32) {
        var size = PageSize()
        #expect(Self.sizes(&size, of: 500, bytes: bytes, pages: 20).dropFirst().allSatisfy { $0 == expected })
    }

    @Test("S67: the size of a page does not grow again to what was larger than is taken, however small events become")
    func wall() {
        var size = PageSize()
        #expect(Self.sizes(&size, of: 500, bytes: 10, pages: 3) == [32, 128, 500])
        #expect(Self.asked(&size, 500) == 500)
        let outcome1 = size.wasTooLarge(bytes: 75_000_000)
        #expect(outcome1)
        let after =
            Self.sizes(&size, of: 500, bytes: 150_000, pages: 2) + Self.sizes(&size, of: 500, bytes: 10, pages: 50)
        #expect(after.allSatisfy { $0 <= 27 })
        #expect(after.suffix(40).allSatisfy { $0 == 27 })
    }

    @Test("S67: the size of a page of one event cannot be reduced")
    func one() {
        var size = PageSize()
        let one = size.ask(1)
        #expect(one == 1)
        let outcome2 = size.wasTooLarge(bytes: 100_000_000)
        #expect(!outcome2)
        // What has no size at all, and what has an impossible one.
        #expect(Self.asked(&size, 500) == 32)
        let outcome3 = size.wasTooLarge(bytes: 0)
        #expect(outcome3)
        #expect(Self.asked(&size, 500) == 16)
        let outcome4 = size.wasTooLarge(bytes: .max)
        #expect(outcome4)
        #expect(Self.asked(&size, 500) == 1)
    }

    @Test("S20: the size of a page sinks with the second loss in a row, and rises again when pages come")
    func losses() {
        var size = PageSize()
        #expect(Self.sizes(&size, of: 500, bytes: 10, pages: 3).last == 500)
        size.lost()
        #expect(Self.asked(&size, 500) == 500)
        size.lost()
        size.lost()
        let after = Self.sizes(&size, of: 500, bytes: 10, pages: 33)
        #expect(after.prefix(16).allSatisfy { $0 == 125 })
        #expect(after[16..<32].allSatisfy { $0 == 250 })
        #expect(after.last == 500)
    }
}
