import EmbeddedEventStore
import Foundation
import PhotonPumpWire
import RecordedFrames
import ScriptedPeers
import Testing

/// What a replay does with a line in place of the usual.
enum Treatment {
    /// Leaves it out.
    case skip
    /// Compares the answer except for these fields.
    case ignoring(Set<String>)
    /// The answer's text has the same beginning, up to this.
    case sameTextUpTo(String)
}

/// Lines of a recording that are not replayed as they are, and why.
struct Deviation {
    let lines: ClosedRange<Int>
    let treatment: Treatment
    let reason: String

    init(_ lines: ClosedRange<Int>, _ reason: String, _ treatment: Treatment = .skip) {
        self.lines = lines
        self.treatment = treatment
        self.reason = reason
    }
}

/// Plays the clients of a recorded conversation against a server of ours and compares what it answers.
struct Replay {
    /// Tells whether anything is still on its way: answers come in order.
    private static let barrier = Package(.ping, GUID(0xBA, 0x44))

    let server: EmbeddedServer
    let name: String
    let deviations: [Deviation]
    private var clients: [Int: ScriptedPeer] = [:]
    private var closed: Set<Int> = []
    private var comparison = ReplyComparison()
    /// What came before its turn: what is pushed and what is answered come in any order.
    private var early: [Int: [Package]] = [:]
    /// The ids under which the server still has something to say, by connection.
    private var expected: [Int: [GUID]] = [:]

    init(_ server: EmbeddedServer, _ name: String, _ deviations: [Deviation]) {
        self.server = server
        self.name = name
        self.deviations = deviations
    }

    /// - Parameter interludes: what the server's owner does before which line.
    mutating func run(_ interludes: [Int: () async throws -> Void] = [:]) async throws {
        let lines = try Recording.lines(self.name)
        for deviation in self.deviations {
            #expect(deviation.lines.allSatisfy { number in lines.contains { $0.seq == number } }, "\(deviation)")
        }
        self.expect(lines)
        for line in lines {
            try await interludes[line.seq]?()
            try await self.play(line, self.deviations.first { $0.lines.contains(line.seq) }?.treatment)
        }
        #expect(self.early.values.joined().isEmpty, "\(self.name): more than was recorded")
        for client in self.clients.values {
            try await self.expectNothingMore(client, "\(self.name), at the end")
            await client.close()
        }
        self.comparison.expectSameOrder(self.name)
    }

    private mutating func expect(_ lines: [RecordedLine]) {
        for line in lines {
            guard case .frame(let frame) = line.content, frame.direction == .toClient else { continue }
            let isSkipped = self.deviations.contains { deviation in
                guard case .skip = deviation.treatment else { return false }
                return deviation.lines.contains(line.seq)
            }
            if !isSkipped {
                self.expected[line.connection, default: []].append(GUID(textOrder: frame.correlation.uuid))
            }
        }
    }

    private mutating func play(_ line: RecordedLine, _ treatment: Treatment?) async throws {
        let place = "\(self.name), line \(line.seq) (\(line.step ?? "-"))"
        switch (treatment, line.content) {
        case (.skip, _):
            return
        case (_, .frame(let frame)) where frame.direction == .toServer:
            let command = Command(rawValue: frame.command)
            self.comparison.noteIDs(frame.payload, command)
            var frame = frame
            frame.payload = self.comparison.translated(frame.payload, command)
            try await self.client(line.connection).send(frame.bytes)
        case (_, .frame(let frame)):
            try await self.receive(frame, treatment, place)
        case (_, .broken(let bytes)):
            try await self.client(line.connection).send(bytes)
        case (_, .closed(let side)):
            try await self.close(line.connection, by: side, place)
        }
    }

    private mutating func client(_ number: Int) async throws -> ScriptedPeer {
        if let client = self.clients[number] { return client }
        let client = try await ScriptedPeer.connect(host: "127.0.0.1", port: self.server.port)
        self.clients[number] = client
        return client
    }

    private mutating func receive(_ frame: RecordedFrame, _ treatment: Treatment?, _ place: String) async throws {
        let correlation = GUID(textOrder: frame.correlation.uuid)
        let answer = try await self.next(correlation, on: frame.connection, place)
        try #require(answer.command.rawValue == frame.command, "\(place): \(answer.command) \(answer.payload.text)")
        #expect(answer.flags == 0, "\(place)")
        var (payload, recorded) = (answer.payload.withUnsafeBytes { Array($0) }, frame.payload)
        var ignored: Set<String> = []
        switch treatment {
        case .ignoring(let fields): ignored = fields
        case .sameTextUpTo(let end): (payload, recorded) = (Self.prefix(payload, end), Self.prefix(recorded, end))
        case .skip, nil: break
        }
        try self.comparison.compare(payload, recorded, answer.command, ignoring: ignored, place)
    }

    /// The next package under this id. Others may come first, if their turn is yet to come.
    private mutating func next(_ correlation: GUID, on connection: Int, _ place: String) async throws -> Package {
        if let index = self.expected[connection]?.firstIndex(of: correlation) {
            self.expected[connection]?.remove(at: index)
        }
        if let index = self.early[connection]?.firstIndex(where: { $0.correlation == correlation }),
            let package = self.early[connection]?.remove(at: index)
        {
            return package
        }
        while true {
            let package = try #require(await self.client(connection).next(), "\(place): the server closed")
            if package.correlation == correlation { return package }
            let isExpected = self.expected[connection]?.contains(package.correlation) ?? false
            try #require(isExpected, "\(place): an unexpected \(package.command)")
            self.early[connection, default: []].append(package)
        }
    }

    private static func prefix(_ bytes: [UInt8], _ end: String) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        return Array(text.prefix(upTo: text.range(of: end)?.upperBound ?? text.startIndex).utf8)
    }

    /// Two lines tell of each closed connection: the first names the side that closed.
    private mutating func close(_ number: Int, by side: RecordedFrame.Direction, _ place: String) async throws {
        guard self.closed.insert(number).inserted, let client = self.clients.removeValue(forKey: number) else { return }
        switch side {
        case .toServer:
            try await self.expectNothingMore(client, place)
            await client.close()
        case .toClient:
            let package = try await client.next()
            #expect(package == nil, "\(place): the server goes on")
        }
    }

    private func expectNothingMore(_ client: ScriptedPeer, _ place: String) async throws {
        try await client.send(Self.barrier)
        let answer = try await client.next()
        #expect(answer?.correlation == Self.barrier.correlation, "\(place): an answer too many")
    }
}
