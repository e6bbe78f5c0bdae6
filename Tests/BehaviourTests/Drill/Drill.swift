import Foundation
import Logging
import PhotonPump
import ScriptedPeers
import Testing

/// Nodes of a cluster die and come back, while writers, readers and consumers use it; in the end the books must balance.
struct Drill {
    /// The stream that the group and the follower with a checkpoint follow.
    private static let followed = "drill-any-0"
    private static let truncated = "drill-truncated"
    private static let unreadable = "drill-unreadable"
    /// Of calls.
    private static let timeout = Duration.seconds(30)

    private let plan: DrillPlan
    private let nodes: any DrillNodes
    private let books = Observed(DrillBooks())
    private let logged = Observed<[String: Int]>([:])
    private let clock = DrillClock()
    private let truncations: DrillTruncations

    init(_ plan: DrillPlan, _ nodes: any DrillNodes) {
        self.plan = plan
        self.nodes = nodes
        self.truncations = DrillTruncations(nodes)
    }

    func run() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "photonpump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try await self.nodes.isCluster(within: self.plan.patience)

        // Each has a connection of its own: two write, one of them as a user who may not read; two read.
        let clients = Clients(
            writing: try await self.client("admin"), writingOnly: try await self.client("ops"),
            reading: try await self.client("admin", .follower), consuming: try await self.client("admin"))
        let connections = await Self.countConnections(clients.all)
        // Embedded nodes keep what was written, in this process.
        let measures = Footprint.isKnown && self.plan.realNodes != nil
        let before = measures ? try Footprint() : nil
        try await self.exercise(clients, directory)
        // Everybody who kept books is gone. What is still in use is the clients', which are connected.
        self.books.update { $0 = DrillBooks() }
        if let before { try Self.compare(before) }
        for client in clients.all { await client.close() }
        print("\(await connections.value) new connections of \(clients.all.count) clients")
    }

    private struct Clients {
        let writing: Client
        let writingOnly: Client
        let reading: Client
        let consuming: Client

        var all: [Client] { [self.writing, self.writingOnly, self.reading, self.consuming] }
    }

    private static func compare(_ before: Footprint) throws {
        let after = try Footprint()
        print("without the books: \(before) before, \(after) after")
        if let used = before.kilobytesInUse, let stillUsed = after.kilobytesInUse {
            #expect(stillUsed < used + 8 << 10, "the clients have kept memory")
        }
    }

    /// Uses the clients while nodes are struck, and draws the balance.
    private func exercise(_ clients: Clients, _ directory: URL) async throws {
        let writers = try await self.writers(clients)
        let herd = try await Herd(
            of: self.plan.consumers, on: [clients.consuming], following: Self.followed, seed: self.plan.seed)
        let follower = DrillFollower(
            clients.reading, stream: Self.followed, directory: directory, seed: self.plan.seed, self.truncations)
        let reader = DrillReader(clients.reading, of: Set(writers.map(\.stream)), self.truncations)
        let striker = try await withThrowingTaskGroup(of: Void.self) { readers in
            readers.addTask { try await herd.run() }
            readers.addTask { do { try await reader.run() } catch is CancellationError {} }
            let striker = try await self.strike(writers, follower)
            try await self.balance(clients.writing, reader, follower, herd)
            herd.stop()
            try await readers.next()
            readers.cancelAll()
            try await readers.waitForAll()
            return striker
        }
        self.report(striker, herd.result, follower, reader)
    }

    private func client(_ user: String, _ preference: NodePreference = .master) async throws -> Client {
        var configuration = try await self.nodes.configuration
        configuration.credentials = Credentials(username: user, password: "changeit")
        configuration.nodePreference = preference
        configuration.operationTimeout = Self.timeout
        let log = LogCounter(self.logged)
        let client = try Client(configuration, logger: Logger(label: "drill") { _ in log })
        try await client.ping(options: CallOptions(timeout: .seconds(50)))
        return client
    }

    /// Counts the connections that are made from now on, until the clients are closed.
    private static func countConnections(_ clients: [Client]) async -> Task<Int, Never> {
        var counts: [Task<Int, Never>] = []
        for client in clients {
            let changes = await client.changes
            counts.append(Task { await changes.reduce(0) { if case .connected = $1 { $0 + 1 } else { $0 } } })
        }
        return Task { [counts] in
            var sum = 0
            for count in counts { sum += await count.value }
            return sum
        }
    }

    private func writers(_ clients: Clients) async throws -> [DrillWriter] {
        let client = clients.writing
        let options = CallOptions(timeout: .seconds(50))
        try await client.setMetadata(StreamMetadata(maxCount: 100), of: Self.truncated, options: options)
        try await client.setMetadata(
            StreamMetadata(acl: StreamACL(read: ["$admins"], write: ["$ops"])), of: Self.unreadable, options: options)
        let kinds: [(String, DrillWriter.Manner, Client)] = [
            (Self.followed, .any, client), ("drill-any-1", .any, client), ("drill-any-2", .any, client),
            ("drill-versions-1", .versions, client), ("drill-versions-2", .versions, client),
            ("drill-existing", .existing, client), ("drill-sequence", .sequence, client),
            (Self.truncated, .any, client),
            (Self.unreadable, .any, clients.writingOnly),
        ]
        return kinds.enumerated().map { number, kind in
            self.books.update { $0.open(kind.0, isTruncated: kind.0 == Self.truncated) }
            return DrillWriter(
                client: kind.2, stream: kind.0, manner: kind.1, books: self.books,
                truncations: self.truncations, pace: .milliseconds(30), seed: self.plan.seed &+ UInt64(number))
        }
    }

    /// Strikes the nodes while they are written to.
    private func strike(_ writers: [DrillWriter], _ follower: DrillFollower) async throws -> DrillStriker {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in writers { group.addTask { try await writer.run(self.clock) } }
            group.addTask { try await follower.run(self.clock) }
            group.addTask { try await self.truncations.watch(self.clock) }
            var striker = DrillStriker(self.nodes, self.plan)
            try await striker.run()
            self.clock.stop()
            try await group.waitForAll()
            return striker
        }
    }

    /// All is calm: compares what is there, and what readers saw, with what was to be written.
    private func balance(
        _ client: Client, _ reader: DrillReader, _ follower: DrillFollower, _ herd: Herd
    ) async throws {
        try await self.truncations.look()
        let books = self.books.value
        var ends: [String: Int64] = [:]
        var complaints: [String] = []
        for (stream, account) in books.accounts {
            let events = try await Self.read(stream, client)
            if let last = events.last { ends[stream] = last.number }
            if account.isTruncated { continue }
            // One event that is missing can be the first of thousands.
            complaints += books.findings(about: stream, events, self.truncations).complaints.prefix(30)
        }
        let hasCome = await reader.hasCome(to: ends, within: self.plan.patience)
        #expect(hasCome, "the follower of $all did not come to the end")
        var cutOff = 0
        for stream in books.accounts.keys {
            let events = reader.result.events[stream] ?? []
            let findings = books.findings(about: stream, events, self.truncations)
            complaints += findings.complaints.prefix(30).map { "in $all: \($0)" }
            cutOff += findings.cutOff
        }
        sayDuringDrill("nodes have confirmed \(cutOff) events, and later cut them off their logs")
        for complaint in complaints { sayDuringDrill(complaint) }
        #expect(complaints.count == 0)

        let ids = try await Self.read(Self.followed, client).map(\.id)
        try await follower.catchUp(to: Int64(ids.count) - 1, atMost: self.plan.patience)
        #expect(follower.ids == ids)
        #expect(await herd.wait(for: ids, atMost: self.plan.patience) == [], "not handled by any consumer")
    }

    private static func read(_ stream: String, _ client: Client) async throws -> [(number: Int64, id: UUID)] {
        do {
            return try await client.iter(stream, options: CallOptions(timeout: .seconds(50), requireMaster: true))
                .reduce(into: []) { $0.append(($1.number, $1.id)) }
        } catch let error as PhotonPumpError where error.code == .streamNotFound {
            return []
        }
    }

    private func report(
        _ striker: DrillStriker, _ herd: Herd.State, _ follower: DrillFollower, _ reader: DrillReader
    ) {
        let books = self.books.value
        let acknowledged = books.accounts.values.map(\.acknowledgedCount).reduce(0, +)
        let uncertain = books.accounts.values.map(\.uncertain.count).reduce(0, +)
        #expect(acknowledged > 100, "hardly anything was written")
        #expect(books.longest < Self.timeout + .seconds(5), "a call outlived its time limit")
        // By its middle everything has happened that takes descriptors.
        let thirds = striker.footprints.thirds
        if thirds.count == 3 { #expect(thirds[2].descriptors < thirds[1].descriptors + 10, "\(thirds)") }
        print(
            """
            \(Self.list(striker.deeds))
            \(books.calls) writes: \(Self.list(books.outcomes)); the longest took \(books.longest)
            \(acknowledged) events acknowledged, \(uncertain) left uncertain
            \(herd.handled.count) events handled by \(self.plan.consumers) consumers, \(herd.refusals) refusals
            \(reader.result.count) events followed in $all; a follower restarted \(follower.runs) times
            \(self.truncations.count) truncations of nodes' logs, after which that follower began anew \
            \(follower.beginnings - 1) times
            logged: \(Self.list(self.logged.value))
            with all that the books hold: \(thirds.map(\.description).joined(separator: "; "))
            """)
    }

    private static func list(_ counts: [String: Int]) -> String {
        counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    }
}

extension [Footprint] {
    /// The first one, one in the middle, and the last one.
    fileprivate var thirds: [Footprint] {
        [self.first, self.dropFirst(self.count / 2).first, self.last].compactMap(\.self)
    }
}
