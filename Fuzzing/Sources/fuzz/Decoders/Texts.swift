import Foundation
import PhotonPumpWire

@testable import PhotonPump
@testable import PhotonPumpTransport

/// A connection string is refused with a code, or means settings that are the same when they are written and read again.
enum ConnectionStrings {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        let text = bytes.text
        do {
            let configuration = try Client.Configuration(text)
            let printed = "\(configuration)"
            if let credentials = configuration.credentials {
                var other = configuration
                other.credentials = Credentials(
                    username: credentials.username, password: credentials.password + "another")
                check("\(other)" == printed, "'\(printed)' depends on the password of '\(text)'")
            }
            let written = configuration.connectionString
            guard let again = try? Client.Configuration(written) else { report("'\(text)' is written as '\(written)'") }
            check(again == configuration, "'\(text)' is written as '\(written)', which is \(again.connectionString)")
            _ = try? configuration.validated()
        } catch let error as PhotonPumpError {
            check(error.code == .invalidConfiguration, "'\(text)': \(error)")
        } catch {
            report("'\(text)': \(error)")
        }
    }
}

/// Gossip is refused, or names nodes of which one can be chosen or not.
enum Gossip {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        var choices = Choices(bytes)
        let how = choices.number(below: 16)
        guard let gossip = try? ClusterGossip(json: [UInt8](choices.rest())) else { return }
        var generator = SeededGenerator(seed: UInt64(how))
        var selection = NodeSelection()
        selection.preference = [.master, .follower, .random, .readOnlyReplica][how / 4]
        selection.usesTLS = how % 2 == 1
        let failed = how % 4 > 1 ? gossip.members.first?.endpoint(usesTLS: selection.usesTLS) : nil
        switch selection.choose(from: gossip, avoiding: failed, using: &generator) {
        case .node(let member, let endpoint):
            check(gossip.members.contains(member) && member.isAlive, "\(member) is not among \(gossip)")
            check((1...65535).contains(endpoint.port), "\(endpoint)")
            check(!endpoint.host.isEmpty, "\(endpoint)")
            _ = selection.prefers(member, to: failed ?? endpoint, in: gossip)
        case .none(let reason): check(!reason.isEmpty, "no reason")
        }
    }
}

/// What is taken for JSON is JSON, also to Foundation, and its parts can be taken out and put in again.
enum JSONText {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        var choices = Choices(bytes)
        let isDeep = choices.flag()
        let text = choices.rest()
        guard JSONScanner.isJSON(text) else {
            return check((try? RawMembers(text.withoutMark)) == nil, "an object, and no JSON")
        }
        if !isDeep {
            // It neither reads numbers that no Double holds, nor goes as deep.
            let foundation = Result { try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed) }
            if case .failure(let error) = foundation, !"\(error)".contains("umber"), !"\(error)".contains("deep") {
                report("'\(text.text)' is no JSON to Foundation: \(error)")
            }
        }
        let payload = Payload(text)
        guard let members = try? RawMembers(text) else { return check(payload.texts.isEmpty, "members of no object") }
        for (key, value) in members.all {
            check(value.withUnsafeBytes(JSONScanner.isJSON), "'\(key)' in '\(text.text)' is '\(value.text)'")
            _ = members.integer(key)
        }
        let key = "added \"\u{1}"
        guard let more = payload.adding([(key, key)]), let again = try? RawMembers(more) else {
            report("nothing can be added to '\(text.text)'")
        }
        check(again.has(key) && again.all.count >= members.all.count, "\(more.text)")
        if !members.has(key) { check(again.strings[key] == key, "\(more.text)") }
    }
}

extension UnsafeRawBufferPointer {
    /// Nothing, if it begins with a mark that JSON must not begin with, and objects may.
    fileprivate var withoutMark: [UInt8] { self.starts(with: [0xEF, 0xBB, 0xBF]) ? [] : [UInt8](self) }
}

/// A line of what `pump publish` reads is refused, or is an event whose parts are JSON.
enum JSONLines {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let line = try? EventLine(parsing: bytes) else { return }
        check(JSONScanner.isJSON(bytes), "'\(bytes.text)' is no JSON")
        check(!line.type.isEmpty, "an event without a type")
        for part in [line.data, line.metadata].compactMap({ $0 }) {
            check(part.withUnsafeBytes(JSONScanner.isJSON), "'\(part.text)' is no JSON")
        }
    }
}

/// Metadata that was read is the same when it is written and read again.
enum Metadata {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let metadata = try? StreamMetadata(json: bytes.dropFirst()) else { return }
        let written: Data
        do { written = try metadata.json() } catch {
            // What servers keep as a number may not be one that is allowed.
            return
        }
        guard let again = try? StreamMetadata(json: written) else { report("'\(bytes.text)' cannot be read again") }
        check(again == metadata, "'\(bytes.text)' is read again as '\(String(decoding: written, as: UTF8.self))'")
    }
}

/// What is taken for a checkpoint is JSON, and the same when it is written and read again.
enum Checkpoints {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        self.run(bytes, Int64.self)
        self.run(bytes, Position.self)
    }

    private static func run<Place: Codable & Hashable & Sendable>(_ bytes: UnsafeRawBufferPointer, _ type: Place.Type) {
        guard let checkpoint = try? SubscriptionStart<Place>(storedAs: bytes) else { return }
        check(JSONScanner.isJSON(bytes), "'\(bytes.text)' is no JSON")
        guard let written = try? JSONEncoder().encode(checkpoint) else { report("\(checkpoint) cannot be written") }
        let again = try? written.withUnsafeBytes { try SubscriptionStart<Place>(storedAs: $0) }
        check(again == checkpoint, "\(checkpoint) is read again as \(String(describing: again))")
    }
}

/// An answer of the DNS is refused, or names servers that can be put in an order.
enum ServiceRecords {
    static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let records = try? ServiceResolver.records(in: [UInt8](bytes), of: "s") else { return }
        check(!records.isEmpty, "no records, and no error")
        for record in records {
            check((1...65535).contains(record.port) && !["", "."].contains(record.host), "\(record)")
        }
        var generator = SeededGenerator(seed: 7)
        let ordered = records.inOrder(using: &generator)
        check(ordered.count == records.count && Set(ordered) == Set(records), "\(records) in order: \(ordered)")
        check(zip(ordered, ordered.dropFirst()).allSatisfy { $0.priority <= $1.priority }, "\(ordered)")
    }
}
