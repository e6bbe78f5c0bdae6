import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct RecentEventIDsTests {
    private static func id(_ number: Int) -> GUID { GUID(1, UInt64(number)) }

    @Test("the first place of an id counts")
    func firstPlace() {
        var ids = RecentEventIDs()
        ids.remember(Self.id(1), .init(stream: 1, number: 0))
        ids.remember(Self.id(1), .init(stream: 2, number: 5))
        #expect(ids.place(of: Self.id(1)) == .init(stream: 1, number: 0))
        #expect(ids.place(of: Self.id(2)) == nil)
    }

    @Test("old ids are forgotten, and those asked for are not old")
    func bound() {
        var ids = RecentEventIDs(limit: 64 << 10)
        for number in 0..<10_000 {
            ids.remember(Self.id(number), .init(stream: 3, number: Int64(number)))
            #expect(ids.place(of: Self.id(0)) != nil)
        }
        #expect(ids.place(of: Self.id(1)) == nil)
        #expect(ids.place(of: Self.id(9_999)) != nil)
        let remembered = (0..<10_000).count { ids.place(of: Self.id($0)) != nil }
        #expect(remembered <= (64 << 10) / 64)
    }
}
