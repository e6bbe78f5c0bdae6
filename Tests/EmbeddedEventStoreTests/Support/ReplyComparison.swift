import PhotonPumpWire
import Testing

/// How the fields of an answer are compared with recorded ones: a field that is not listed must be the same, and
/// every field must be there, or not, as it was recorded.
indirect enum FieldRule {
    /// A place in the log: the same sign, and in the same order as all others.
    case position
    /// A time that both servers have taken from their clocks.
    case time
    /// How long something took.
    case duration
    /// A port, which every server has of its own.
    case port
    /// An id, which must be the same if a client has made it.
    case eventID
    case message([Int: FieldRule])

    static let record = Self.message([3: .eventID, 9: .time, 10: .time])
    static let resolved = Self.message([1: .record, 2: .record])

    private static let positioned = Self.message([1: .record, 2: .record, 3: .position, 4: .position])
    private static let allEvents = Self.message(
        [1: .position, 2: .position, 3: .positioned, 4: .position, 5: .position])

    static let answers: [Command: FieldRule] = [
        .writeEventsCompleted: .message([5: .position, 6: .position]),
        .transactionStartCompleted: .message([1: .position]),
        .transactionWriteCompleted: .message([1: .position]),
        .transactionCommitCompleted: .message([1: .position, 6: .position, 7: .position]),
        .deleteStreamCompleted: .message([3: .position, 4: .position]),
        .readEventCompleted: .message([2: .resolved]),
        .readStreamEventsForwardCompleted: .message([1: .resolved, 6: .position]),
        .readStreamEventsBackwardCompleted: .message([1: .resolved, 6: .position]),
        .readAllEventsForwardCompleted: .allEvents,
        .readAllEventsBackwardCompleted: .allEvents,
        .subscriptionConfirmation: .message([1: .position]),
        .streamEventAppeared: .message([1: .positioned]),
        .persistentSubscriptionConfirmation: .message([1: .position]),
        .persistentSubscriptionStreamEventAppeared: .message([1: .resolved]),
        .scavengeDatabaseCompleted: .message([3: .duration]),
        .notHandled: .message([2: .message([2: .port, 4: .port])]),
    ]
}

/// Compares answers with recorded ones, over a whole conversation.
struct ReplyComparison {
    /// Ids that the clients of the conversation have made.
    var clientIDs: Set<[UInt8]> = []
    /// Recorded positions and ours.
    private var positions: [Int64: Int64] = [:]

    /// Notes the ids of the events that a client's request writes.
    mutating func noteIDs(_ payload: [UInt8], _ command: Command) {
        let fields: [Command: Int] = [.writeEvents: 3, .transactionWrite: 2]
        guard let events = fields[command], let write = try? ProtobufTree(payload) else { return }
        for case (events, .bytes(let event)) in write.fields {
            if case .bytes(let id)? = (try? ProtobufTree(event))?.first(1) { self.clientIDs.insert(id) }
        }
    }

    /// A client's request with our positions in place of recorded ones.
    func translated(_ payload: [UInt8], _ command: Command) -> [UInt8] {
        switch command {
        case .readAllEventsForward, .readAllEventsBackward:
            guard var read = try? ReadAllEvents(decoding: Bytes(payload)) else { return payload }
            read.commitPosition = self.positions[read.commitPosition] ?? read.commitPosition
            read.preparePosition = self.positions[read.preparePosition] ?? read.preparePosition
            return read.encoded().withUnsafeBytes { Array($0) }
        case .transactionWrite:
            guard var write = try? TransactionWrite(decoding: Bytes(payload)) else { return payload }
            write.transactionID = self.positions[write.transactionID] ?? write.transactionID
            return write.encoded().withUnsafeBytes { Array($0) }
        case .transactionCommit:
            guard var commit = try? TransactionCommit(decoding: Bytes(payload)) else { return payload }
            commit.transactionID = self.positions[commit.transactionID] ?? commit.transactionID
            return commit.encoded().withUnsafeBytes { Array($0) }
        default:
            return payload
        }
    }

    /// - Parameter ignored: paths of fields that need not be the same: `1[2].1[0]` is field 1 in the third field 1.
    mutating func compare(
        _ payload: [UInt8],
        _ recorded: [UInt8],
        _ command: Command,
        ignoring ignored: Set<String>,
        _ place: String
    ) throws {
        guard let rule = FieldRule.answers[command] else {
            return #expect(
                String(decoding: payload, as: UTF8.self) == String(decoding: recorded, as: UTF8.self), "\(place)")
        }
        try self.compare(.bytes(payload), .bytes(recorded), rule, "", ignored, place)
    }

    /// Whether our positions are in the order of the recorded ones.
    func expectSameOrder(_ place: String) {
        let ours = self.positions.sorted { $0.key < $1.key }.map(\.value)
        #expect(zip(ours, ours.dropFirst()).allSatisfy { $0 < $1 }, "\(place): positions in another order: \(ours)")
    }

    private mutating func compare(
        _ value: ProtobufTree.Value,
        _ recorded: ProtobufTree.Value,
        _ rule: FieldRule?,
        _ path: String,
        _ ignored: Set<String>,
        _ place: String
    ) throws {
        let remark = Comment(rawValue: "\(place): field \(path)")
        switch (rule, value, recorded) {
        case (.message(let rules), .bytes(let bytes), .bytes(let recorded)):
            try self.compare(ProtobufTree(bytes), ProtobufTree(recorded), rules, path, ignored, place)
        case (.position, .varint(let position), .varint(let recorded)):
            self.compare(Int64(bitPattern: position), Int64(bitPattern: recorded), remark)
        case (.time, .varint(let time), .varint(let recorded)):
            // Both are of this century: the same unit and the same epoch.
            #expect(time > recorded / 2 && time < recorded * 2, remark)
        case (.duration, .varint, .varint):
            break
        case (.port, .varint(let port), .varint):
            #expect((1...65_535).contains(port), remark)
        case (.eventID, .bytes(let id), .bytes(let recorded)) where !self.clientIDs.contains(recorded):
            #expect(id.count == recorded.count && id.contains { $0 != 0 }, remark)
        default:
            #expect(value == recorded, remark)
        }
    }

    private mutating func compare(
        _ tree: ProtobufTree,
        _ recorded: ProtobufTree,
        _ rules: [Int: FieldRule],
        _ path: String,
        _ ignored: Set<String>,
        _ place: String
    ) throws {
        let ours = Self.named(tree, path).filter { !ignored.contains($0.path) }
        let theirs = Self.named(recorded, path).filter { !ignored.contains($0.path) }
        try #require(ours.map(\.path) == theirs.map(\.path), "\(place): other fields than recorded")
        for (field, recorded) in zip(ours, theirs) {
            try self.compare(field.value, recorded.value, rules[field.number], field.path, ignored, place)
        }
    }

    private mutating func compare(_ position: Int64, _ recorded: Int64, _ remark: Comment) {
        guard recorded > 0 else {
            #expect(position == recorded, remark)
            return
        }
        #expect(position > 0, remark)
        #expect(self.positions.updateValue(position, forKey: recorded) ?? position == position, remark)
    }

    /// Fields with their paths, the repeated ones counted.
    private static func named(
        _ tree: ProtobufTree,
        _ path: String
    ) -> [(path: String, number: Int, value: ProtobufTree.Value)] {
        var seen: [Int: Int] = [:]
        return tree.fields.map { field in
            defer { seen[field.number, default: 0] += 1 }
            let prefix = path.isEmpty ? "" : path + "."
            return ("\(prefix)\(field.number)[\(seen[field.number, default: 0])]", field.number, field.value)
        }
    }
}
