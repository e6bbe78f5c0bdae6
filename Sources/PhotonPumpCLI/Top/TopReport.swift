import Foundation
import PhotonPump
import PhotonPumpAdmin

/// What `pump top` shows: a server at some moment, and what it did since another one.
struct TopReport {
    private let now: TopSnapshot
    private let before: TopSnapshot?

    init(_ now: TopSnapshot, after before: TopSnapshot?) {
        self.now = now
        self.before = before
    }

    // MARK: Rates

    private var seconds: Double { self.before.map { (self.now.time - $0.time) / .seconds(1) } ?? 0 }

    /// nil where there is nothing to compare with, such as before the server was started again.
    private func rate(_ value: Int64?, _ earlier: Int64?) -> Int64? {
        guard self.seconds > 0, let value, let earlier, value >= earlier else { return nil }
        return Int64(nearest: Double(value.minus(earlier)) / self.seconds)
    }

    private var logRate: Int64? {
        self.rate(self.now.end, self.before?.end)
    }

    private func groupRate(_ group: SubscriptionDetails) -> Int64? {
        let earlier = self.before?.groups.first {
            $0.details.group == group.group && $0.details.stream == group.stream
        }
        return self.rate(group.processedCount, earlier?.details.processedCount)
    }

    private static func lag(_ group: SubscriptionDetails) -> Int64? {
        guard let known = group.lastKnownEventNumber else { return nil }
        return max(0, known.minus(group.lastProcessedEventNumber ?? -1))
    }

    private var connections: [(id: String, connection: TopSnapshot.Connection)] {
        self.now.connections.map { ($0.key, $0.value) }.sorted { ($0.1.remote, $0.0) < ($1.1.remote, $1.0) }
    }

    /// What the timer has in its queue is not late.
    private var waiting: Int64 {
        self.now.statistics.queues.reduce(0) { $1.name == "Timer" ? $0 : $0.plus($1.length ?? 0) }
    }

    // MARK: For people

    var lines: [String] {
        let statistics = self.now.statistics
        let roundTrip = Int((self.now.roundTrip / .microseconds(1)).rounded())
        var head = ["\(self.now.node)", self.now.info.version, self.now.info.stateName, "answers in \(roundTrip) µs"]
        if let start = statistics.startTime { head.append("up \(Self.words(Date().timeIntervalSince(start)))") }
        var load = ["log \(Self.bytes(self.now.end)), \(Self.bytes(self.logRate))/s"]
        if let memory = statistics.memory { load.append("memory \(Self.bytes(memory))") }
        if let cpu = statistics.cpu { load.append("processor \(String(format: "%.1f", cpu)) %") }
        load.append("\(self.waiting) in queues")
        return [head.joined(separator: "  "), load.joined(separator: "  "), ""] + self.groupTable.lines + [""]
            + self.connectionTable.lines
    }

    private var groupTable: Table {
        var table = Table("STREAM", "GROUP", "STATUS", "CONSUMERS", "IN FLIGHT", "LAG", "PARKED", "EVENTS/S")
        for group in self.now.groups {
            let details = group.details
            table.add(
                details.stream, details.group, details.status, "\(details.connectionCount)",
                details.inFlightCount.cell, Self.lag(details).cell, group.parked.cell, self.groupRate(details).cell)
        }
        return table
    }

    private var connectionTable: Table {
        var table = Table("CONNECTION", "NAME", "TLS", "SENT/S", "RECEIVED/S", "PENDING")
        for (id, connection) in self.connections {
            let earlier = self.before?.connections[id]
            table.add(
                connection.remote, connection.name, connection.isTLS ? "yes" : "no",
                Self.bytes(self.rate(connection.sent, earlier?.sent)),
                Self.bytes(self.rate(connection.received, earlier?.received)), Self.bytes(connection.pending))
        }
        return table
    }

    private static func bytes(_ count: Int64?) -> String {
        guard let count else { return "-" }
        var (value, units) = (Double(count), ["B", "KiB", "MiB", "GiB", "TiB"][...])
        while value >= 1024, units.count > 1 {
            value /= 1024
            units = units.dropFirst()
        }
        return String(format: units.startIndex == 0 ? "%.0f" : "%.1f", value) + " \(units.first ?? "")"
    }

    private static func words(_ seconds: TimeInterval) -> String {
        let minutes = Int(max(0, seconds)) / 60
        switch minutes {
        case ..<60: return "\(minutes)m"
        case ..<1440: return "\(minutes / 60)h \(minutes % 60)m"
        default: return "\(minutes / 1440)d \(minutes / 60 % 24)h"
        }
    }

    // MARK: As JSON

    var json: JSON {
        .object([
            ("node", .string(self.now.node)), ("version", .string(self.now.info.version)),
            ("state", .string(self.now.info.stateName)),
            ("roundTripMicroseconds", .number(self.now.roundTrip / .microseconds(1), decimals: 1)),
            ("logBytes", JSON(self.now.end)), ("logBytesPerSecond", JSON(self.logRate)),
            ("memory", JSON(self.now.statistics.memory)),
            ("processorPercent", self.now.statistics.cpu.map { .number($0, decimals: 2) } ?? .null),
            ("queued", JSON(self.waiting)), ("groups", .array(self.now.groups.map(self.json))),
            ("connections", .array(self.connections.map { self.json($0.id, $0.connection) })),
        ])
    }

    private func json(_ group: TopSnapshot.Group) -> JSON {
        let details = group.details
        return .object([
            ("stream", .string(details.stream)), ("group", .string(details.group)), ("status", .string(details.status)),
            ("consumers", JSON(details.connectionCount)), ("inFlight", JSON(details.inFlightCount)),
            ("lag", JSON(Self.lag(details))), ("parked", JSON(group.parked)),
            ("eventsPerSecond", JSON(self.groupRate(details))),
        ])
    }

    private func json(_ id: String, _ connection: TopSnapshot.Connection) -> JSON {
        let earlier = self.before?.connections[id]
        return .object([
            ("remote", .string(connection.remote)), ("name", .string(connection.name)),
            ("usesTLS", .bool(connection.isTLS)),
            ("sentBytesPerSecond", JSON(self.rate(connection.sent, earlier?.sent))),
            ("receivedBytesPerSecond", JSON(self.rate(connection.received, earlier?.received))),
            ("pendingBytes", JSON(connection.pending)),
        ])
    }
}
