import PhotonPump
import Testing

@Suite("Expected versions")
struct ExpectedVersionTests {
    @Test(
        "the number of the last event is what a writer expects that has read so far, and none is no stream",
        arguments: [(nil, .noStream), (-1, .noStream), (0, .version(0)), (7, .version(7))]
            as [(Int64?, ExpectedVersion)])
    func lastEventNumber(number: Int64?, expected: ExpectedVersion) {
        #expect(ExpectedVersion(lastEventNumber: number) == expected)
    }
}
