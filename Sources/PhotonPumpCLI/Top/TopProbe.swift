import Foundation
import PhotonPump
import PhotonPumpAdmin

/// What a server says of itself at some moment.
struct TopSnapshot {
    struct Connection {
        let remote: String
        let name: String
        let isTLS: Bool
        let sent, received, pending: Int64
    }

    struct Group {
        let details: SubscriptionDetails
        /// nil where it cannot be found out.
        let parked: Int64?
    }

    let time: ContinuousClock.Instant
    let node: String
    let info: NodeInfo
    let statistics: NodeStatistics
    let roundTrip: Duration
    /// Where the log ends.
    let end: Int64?
    /// By their ids.
    let connections: [String: Connection]
    let groups: [Group]
}

/// Asks a server what it is doing.
struct TopProbe {
    /// More groups are not asked how many events they have parked.
    private static let mostParkedStreams = 50

    let client: Client
    let admin: Admin

    func snapshot() async throws -> TopSnapshot {
        async let info = self.admin.node.info()
        async let statistics = self.admin.node.statistics()
        async let connections = self.admin.node.connectionStatistics()
        async let groups = self.admin.subscriptions.list()
        async let roundTrip = self.client.ping()
        async let end = self.end()
        let listed = try await groups
        var counted: [TopSnapshot.Group] = []
        for (index, details) in listed.enumerated() {
            let parked = index < Self.mostParkedStreams ? try await self.parked(details) : details.parkedCount
            counted.append(TopSnapshot.Group(details: details, parked: parked))
        }
        let (said, seen) = (try await statistics, try await end)
        return try await TopSnapshot(
            time: .now, node: self.client.status.endpoint.map { "\($0)" } ?? "\(self.client.configuration.target)",
            info: info, statistics: said, roundTrip: roundTrip, end: seen ?? said.writerCheckpoint,
            connections: Dictionary(connections.compactMap(Self.connection)) { first, _ in first }, groups: counted)
    }

    /// As it is now: statistics are up to half a minute old.
    private func end() async throws -> Int64? {
        do {
            return try await self.client.getAll(direction: .backward, maxCount: 1, resolveLinks: false).events.first?
                .position?.commit
        } catch let error as PhotonPumpError where error.code == .accessDenied {
            return nil
        }
    }

    /// Servers up to 5.0 do not say it: then it is the length of the stream that holds them.
    private func parked(_ group: SubscriptionDetails) async throws -> Int64? {
        if let count = group.parkedCount { return count }
        let stream = StreamName.parked(of: group.group, to: group.stream)
        do {
            let last = try await self.client.lastNumber(of: stream)
            for try await first in self.client.iter(stream, limit: 1, resolveLinks: false, missingIsEmpty: true) {
                return last - first.received.number + 1
            }
            return 0
        } catch let error as PhotonPumpError where error.code == .accessDenied {
            return nil
        }
    }

    private static func connection(_ values: JSONValue) -> (String, TopSnapshot.Connection)? {
        guard let remote = values["remoteEndPoint"]?.text else { return nil }
        let pending = (values["pendingSendBytes"]?.integer ?? 0).plus(values["pendingReceivedBytes"]?.integer ?? 0)
        var isTLS = false
        if case .bool(true)? = values["isSslConnection"] { isTLS = true }
        let connection = TopSnapshot.Connection(
            remote: remote, name: values["clientConnectionName"]?.text ?? "", isTLS: isTLS,
            sent: values["totalBytesSent"]?.integer ?? 0, received: values["totalBytesReceived"]?.integer ?? 0,
            pending: pending)
        return (values["connectionId"]?.text ?? remote, connection)
    }
}
