import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct LinkTargetTests {
    @Test(
        "the first @ separates the number from the stream",
        arguments: [
            ("0@s", 0, "s"), ("12@a@b@c", 12, "a@b@c"), ("-1@s", -1, "s"), ("9223372036854775807@s", .max, "s"),
        ]
            as [(String, Int64, String)]
    )
    func target(_ data: String, _ number: Int64, _ stream: String) throws {
        let target = try #require(LinkTarget(Bytes(utf8: data)))
        #expect(target.number == number)
        #expect(target.stream == StreamName(stream))
    }

    @Test(
        "anything else is no target",
        arguments: ["", "@", "0@", "@s", "garbage", "x@y", "1", "-2@s", "9223372036854775808@s", "1.0@s", "0 @s"]
    )
    func garbage(_ data: String) {
        #expect(LinkTarget(Bytes(utf8: data)) == nil)
    }

    @Test("bytes that are no text are no target")
    func notText() {
        #expect(LinkTarget(Bytes([0xFF, 0xFE, 0x40, 0x73])) == nil)
    }
}
