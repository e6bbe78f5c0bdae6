import PhotonPumpWire
import ScriptedPeers
import Synchronization
import Testing

@testable import PhotonPumpTransport

@Suite("The servers of a service", .timeLimit(.minutes(1)))
struct ServiceResolverTests {
    private static let service = "_eventstore._tcp.ponies.example"

    private static func name(_ text: String) -> [UInt8] {
        text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    private static func number(_ number: Int) -> [UInt8] { [UInt8(number >> 8 & 255), UInt8(number & 255)] }

    /// An answer to a question, with these SRV records and perhaps an error.
    private static func answer(to question: [UInt8], _ records: [ServiceRecord], error: UInt8 = 0) -> [UInt8] {
        // The name that is asked for, with its type and class, follows the header.
        let end = (question[12...].firstIndex(of: 0) ?? question.count - 5) + 5
        var answer = question[..<2] + [0x81, 0x80 | error, 0, 1] + self.number(records.count) + [0, 0, 0, 0]
        answer += question[12..<end]
        for record in records {
            let data =
                self.number(record.priority) + self.number(record.weight) + self.number(record.port)
                + self.name(record.host)
            // The name that was asked for, SRV, IN, a minute.
            answer += [0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60] + self.number(data.count) + data
        }
        return Array(answer)
    }

    private static let question: [UInt8] =
        [7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + Self.name(Self.service) + [0, 33, 0, 1]

    private static let records = [
        ServiceRecord(host: "es-1.ponies.example", port: 2113, priority: 1, weight: 5),
        ServiceRecord(host: "es-2.ponies.example", port: 2114, priority: 2, weight: 0),
    ]

    @Test("the servers of a service are those of its SRV records")
    func found() throws {
        let asked = Mutex<[[UInt8]]>([])
        let server = try ScriptedNameServer { question in
            asked.withLock { $0.append(question) }
            return Self.answer(to: question, Self.records)
        }
        let found = try ServiceResolver.records(of: Self.service, askingPort: server.port)
        #expect(found == Self.records)
        let question = try #require(asked.withLock { $0.first })
        #expect(question[12...].starts(with: Self.name(Self.service) + [0, 33, 0, 1]))
    }

    @Test(
        "the servers of a service are said to be none, and why",
        arguments: [
            (3, [], "there is no such name"), (0, [], "it has no SRV records"), (5, [], "DNS server has"),
            (0, [ServiceRecord(host: "", port: 0)], "nobody offers the service"),
        ] as [(UInt8, [ServiceRecord], String)])
    func none(error: UInt8, records: [ServiceRecord], words: String) throws {
        let server = try ScriptedNameServer { Self.answer(to: $0, records, error: error) }
        let error = try #require(throws: SocketError.self) {
            try ServiceResolver.records(of: Self.service, askingPort: server.port)
        }
        #expect("\(error)".hasPrefix("resolve \(Self.service): "), "\(error)")
        #expect("\(error)".contains(words), "\(error)")
    }

    @Test("the servers of a service are read from any answer, or it is said that it cannot be read")
    func malformed() throws {
        let answer = Self.answer(to: Self.question, Self.records)
        #expect(try ServiceResolver.records(in: answer, of: Self.service) == Self.records)
        for count in 0..<answer.count {
            #expect(throws: SocketError.self) {
                try ServiceResolver.records(in: Array(answer.prefix(count)), of: Self.service)
            }
        }
        var generator = SeededGenerator(seed: 33)
        for _ in 0..<20_000 {
            var wrong = answer
            for _ in 0..<3 {
                wrong[.random(in: 0..<wrong.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            let records = (try? ServiceResolver.records(in: wrong, of: Self.service)) ?? []
            #expect(
                records.count <= 2 && records.allSatisfy { (1...65535).contains($0.port) && $0.host.utf8.count < 1025 })
        }
        // A name that consists of itself.
        var endless = answer
        endless.replaceSubrange(
            (answer.count - Self.name("es-2.ponies.example").count)..., with: [0xC0, UInt8(answer.count)])
        #expect(throws: SocketError.self) { try ServiceResolver.records(in: endless, of: Self.service) }
    }

    @Test("the servers of a service are tried by priority, and by weight among those of the same")
    func order() {
        var generator = SeededGenerator(seed: 4)
        let weights = [("none", 0), ("light", 10), ("heavy", 90)]
        let records = weights.map { ServiceRecord(host: $0, port: 1, priority: 1, weight: $1) }
        let (first, last) = (ServiceRecord(host: "first", port: 1), ServiceRecord(host: "last", port: 1, priority: 9))
        var seconds: [String: Int] = [:]
        for _ in 0..<10_000 {
            let order = ([last] + records + [first]).inOrder(using: &generator).map(\.host)
            #expect(order.first == "first" && order.last == "last" && Set(order).count == 5)
            seconds[order[1], default: 0] += 1
        }
        #expect((8_500...9_300).contains(seconds["heavy"] ?? 0), "\(seconds)")
        #expect((700...1_300).contains(seconds["light"] ?? 0), "\(seconds)")
        #expect((20...300).contains(seconds["none"] ?? 0), "\(seconds)")
        #expect([ServiceRecord]().inOrder(using: &generator) == [])
    }
}
