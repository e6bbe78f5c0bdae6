import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

/// Whatever a client sends, it gets an answer or none, and the server goes on.
@Suite struct HostileRequestTests {
    private static let commands: [UInt8] = [
        0x82, 0x83, 0x84, 0x86, 0x88, 0x8A, 0xB0, 0xB2, 0xB4, 0xB6, 0xB8, 0xBA, 0xBC, 0xD0, 0xF2, 0xF5, 0x03, 0x99,
    ]
    private static let extremes: [Int64] = [.min, -2_147_483_649, -5, -4, -3, -2, -1, 0, 1, 4096, .max - 1, .max]

    @Test("numbers at their limits", arguments: Self.extremes, Self.extremes)
    func extremeNumbers(_ number: Int64, _ other: Int64) {
        let node = TestNode { log in
            log.write("abc", to: "s")
            let links = [ProposedEvent(letter: "l", type: "$>", data: "\(number)@s")]
            _ = log.write(links, to: "links", expecting: .any, now: 0)
        }
        let count = Int32(clamping: other)
        for stream in ["s", "missing", "$$s", "links"] {
            for direction in [ReadDirection.forward, .backward] {
                _ = node.readStream(stream, direction, from: number, count: count, resolveLinks: true)
            }
            _ = node.readEvent(stream, number, resolveLinks: true)
        }
        for direction in [ReadDirection.forward, .backward] {
            for prepare in [other, number, 0] {
                #expect(node.readAll(direction, from: (number, prepare), count: count, resolveLinks: true) != nil)
                let filter = Filter(.streamID, .prefix, ["s"])
                #expect(node.readAll(filter, direction, from: (number, prepare), count: 9, window: count) != nil)
            }
        }
        let write = WriteEvents(
            stream: "s",
            expectedVersion: number,
            events: other < 0 ? [] : [ProposedEvent(letter: "a"), ProposedEvent(letter: "b")],
            requireMaster: true
        )
        #expect(node.ask(write, .writeEvents) != nil)
        for hard in [false, true] {
            let delete = DeleteStream(stream: "s", expectedVersion: number, requireMaster: true, hardDelete: hard)
            #expect(node.ask(delete, .deleteStream) != nil)
        }
    }

    @Test(
        "metadata and settings of any kind",
        arguments: [
            #"{"a":1e999}"#, #"{"a":-1e999}"#, #"{"a":123456789012345678901234567890}"#, #"{"a":1E-999}"#,
            #"{"$tb":1,"$tb":2}"#, #"{"":{"":[]}}"#, #"{"a":"\ud800"}"#, #"{"a":"\u0000"}"#, #"{"a":00}"#,
            "\u{FEFF}{}", "{}{}", "{}x", #"{"$tb":-9223372036854775808}"#, #"{"$acl":{"$r":[[]],"x":7}}"#,
            "{\"a\":\(String(repeating: "[", count: 500))\(String(repeating: "]", count: 500))}",
            "{\"a\":\(String(repeating: "9", count: 100_000))}",
        ]
    )
    func metadata(_ json: String) {
        let node = TestNode { log in
            log.write("abc", to: "s")
            log.delete("s")
            log.describe("s", json)
            log.write("d", to: "s")
            log.configure(json)
        }
        for direction in [ReadDirection.forward, .backward] {
            #expect(node.readStream("s", direction, from: 0)?.result != nil)
        }
        var bytes = Bytes(utf8: json).withUnsafeBytes { Array($0) }
        for position in bytes.indices.prefix(40) {
            bytes[position] ^= 0x80
            var event = ProposedEvent(letter: "a")
            event.data = Bytes(bytes)
            _ = (StreamMetadata(event), SystemSettings(event))
        }
    }

    @Test("payloads of chance, and real ones with bytes of chance", arguments: 0..<20 as Range<UInt64>)
    func random(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let node = TestNode { $0.write("abc", to: "s") }
        var session = Session()
        let honest = [
            WriteEvents(stream: "s", expectedVersion: -2, events: [ProposedEvent(letter: "a")], requireMaster: true)
                .encoded(),
            DeleteStream(stream: "s", expectedVersion: -2, requireMaster: true, hardDelete: true).encoded(),
            TransactionStart(stream: "s", expectedVersion: -2, requireMaster: true).encoded(),
            TransactionWrite(transactionID: 256, events: [ProposedEvent(letter: "b")], requireMaster: true).encoded(),
            TransactionCommit(transactionID: 256, requireMaster: true).encoded(),
            ReadAllEvents(commitPosition: 0, preparePosition: 0, maxCount: 9, resolveLinks: true, requireMaster: true)
                .encoded(),
            FilteredReadAllEvents(
                commitPosition: 0, preparePosition: 0, maxCount: 9, maxSearchWindow: 9, resolveLinks: true,
                requireMaster: true, filter: Filter(.eventType, .regex, ["a+"])
            ).encoded(),
            ReadEvent(stream: "s", eventNumber: 1, resolveLinks: true, requireMaster: true).encoded(),
            ReadStreamEvents(stream: "s", from: 0, maxCount: 9, resolveLinks: true, requireMaster: true).encoded(),
            IdentifyClient(version: 1, connectionName: "name").encoded(),
        ]
        for _ in 0..<2_000 {
            let command = Self.commands.randomElement(using: &generator) ?? 0
            var payload = (honest.randomElement(using: &generator) ?? Bytes()).withUnsafeBytes { Array($0) }
            if Bool.random(using: &generator) {
                payload = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                    .random(in: 0 ... .max, using: &generator)
                }
            } else if let position = payload.indices.randomElement(using: &generator) {
                payload[position] = .random(in: 0 ... .max, using: &generator)
            }
            let package = Package(Command(rawValue: command), GUID(1, 2), payload: Bytes(payload))
            _ = node.answer(package, &session)
        }
        session.schema = .wide
        #expect(node.answer(Package(.ping, GUID(1, 2)), &session)?.command == .pong)
    }
}
