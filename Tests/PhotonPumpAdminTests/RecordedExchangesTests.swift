import RecordedExchanges
import Testing

@Suite("Recorded exchanges over HTTP")
struct RecordedExchangesTests {
    @Test("recorded exchanges are there, each under a name of its own", arguments: RecordedExchange.versions)
    func complete(version: String) throws {
        let names = try RecordedExchange.all(with: version).map(\.name)
        #expect(names.count >= 128)
        #expect(Set(names).count == names.count)
    }
}
