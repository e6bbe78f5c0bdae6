import EmbeddedEventStore
import Foundation
import PhotonPump
package import PhotonPumpTransport

/// A cluster, clients, and all that they can be used for, while everything fails that can.
package struct Trial {
    package struct Plan: Sendable {
        /// What all chances follow from.
        package let seed: UInt64
        /// How many calls it takes, and how long at most.
        package let calls: Int
        package let length: Duration
        /// How late a call may end, on a machine that has other things to do.
        package let tolerance: Duration
        /// Lets everything stand still for a while; nil where that cannot be had.
        package let stall: (@Sendable (Duration) -> Void)?

        package init(
            seed: UInt64, calls: Int, length: Duration, tolerance: Duration,
            stall: (@Sendable (Duration) -> Void)? = nil
        ) {
            self.seed = seed
            self.calls = calls
            self.length = length
            self.tolerance = tolerance
            self.stall = stall
        }
    }

    private let stage: Stage
    private let clients: [Client]
    private let crew: Crew
    private let followers: [Follower]
    /// Count the connections of the clients.
    private let counting: [Task<Void, Never>]

    /// - Returns: what happened; a trial without complaints is passed.
    package static func run(_ plan: Plan, in environment: Environment) async throws -> Tally {
        let cluster = EmbeddedCluster(.init(), logger: .silent, environment: environment)
        try await cluster.start()
        let stage = Stage(
            plan: plan, environment: environment, cluster: cluster, ledger: Ledger(),
            end: environment.now + plan.length)
        do {
            try await Trial(stage).run()
        } catch {
            await cluster.stop()
            throw error
        }
        await cluster.stop()
        return stage.ledger.tally
    }

    private init(_ stage: Stage) async throws {
        self.stage = stage
        let clients = try (0..<4).map { number in
            // One where most others are not, and where events need not come from the master.
            try stage.client { if number == 3 { $0.nodePreference = .follower } }
        }
        self.clients = clients
        var counting: [Task<Void, Never>] = []
        for client in clients {
            let changes = await client.changes
            counting.append(
                stage.environment.task {
                    for await change in changes {
                        if case .connected = change { stage.ledger.count { $0.connections += 1 } }
                    }
                })
        }
        self.counting = counting
        self.crew = try await Crew(Array(clients[0..<3]), stage)
        self.followers = Follower.Kind.allCases.enumerated().flatMap { number, kind in
            [Follower(2 * number, kind, clients[number % 4], stage), Follower(2 * number + 1, kind, clients[3], stage)]
        }
    }

    private func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for follower in self.followers { group.addTask { try await follower.run() } }
            group.addTask { try await self.crew.run() }
            try await self.disturb()
            // All is calm, and everybody has time to come to the end.
            if !self.stage.hasFailed { try await self.audit() }
            self.crew.stop()
            for follower in self.followers { follower.stop() }
            if self.stage.hasFailed { group.cancelAll() }
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        if !self.stage.hasFailed { try await self.leave() }
    }

    private func disturb() async throws {
        let stage = self.stage
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                let client = self.clients[number % 4]
                group.addTask {
                    var writer = Writer(number, client, stage)
                    try await writer.run()
                }
            }
            for number in 0..<2 {
                group.addTask {
                    var visitor = Visitor(number, stage)
                    try await visitor.run()
                }
            }
            group.addTask {
                var striker = Striker(stage)
                try await striker.run()
            }
            try await group.waitForAll()
        }
    }

    // MARK: The end

    private static let patience = CallOptions(timeout: .seconds(50))

    private func audit() async throws {
        let (client, ledger) = (self.clients[0], self.stage.ledger)
        var shared: [UUID] = []
        for stream in ledger.streams {
            let contents = try await Self.contents(of: stream, client)
            ledger.balance(stream, contents)
            if stream == Stage.sharedStream { shared = contents }
        }
        try await self.auditAll(client)
        try await self.wait("followers are missing something") { self.followers.flatMap(\.missing) }
        let all = shared
        try await self.wait("no consumer has handled") { self.crew.missing(of: all) }
        try await self.auditCrew(shared, client)
    }

    private static func contents(of stream: String, _ client: Client) async throws -> [UUID] {
        // Parked events are links.
        try await client.iter(stream, resolveLinks: true, missingIsEmpty: true, options: Self.patience)
            .reduce(into: []) { $0.append($1.id) }
    }

    /// Forwards and backwards, it is the same.
    private func auditAll(_ client: Client) async throws {
        let forward = try await client.iterAll(options: Self.patience).reduce(into: []) { $0.append($1.received.id) }
        let backward = try await client.iterAll(direction: .backward, options: Self.patience)
            .reduce(into: []) { $0.append($1.received.id) }
        // The server goes on to write about its groups.
        self.stage.ledger.check(
            backward.suffix(forward.count) == forward.reversed(), "all is not the same forwards and backwards")
    }

    private func auditCrew(_ events: [UUID], _ client: Client) async throws {
        let name = "$persistentsubscription-\(Stage.sharedStream)::\(Crew.group)"
        let last = Int64(events.count) - 1
        guard last >= 0 else { return }
        let parked = try await Self.contents(of: "\(name)-parked", client)
        try await self.wait("the checkpoint of the group is not at \(last)") {
            let event = try await client.findLastEvent(in: "\(name)-checkpoint", options: Self.patience)
            let checkpoint = event.flatMap { Int64(String(decoding: $0.data, as: UTF8.self)) } ?? -1
            return checkpoint == last ? [] : [checkpoint]
        }
        self.crew.check(parked: parked)
    }

    /// Waits until there is nothing of that any more.
    private func wait<Item>(_ what: String, _ items: () async throws -> [Item]) async throws {
        let limit = self.stage.environment.now + .seconds(60)
        while true {
            let items = try await items()
            if items.isEmpty || self.stage.hasFailed { return }
            guard self.stage.environment.now < limit else {
                return self.stage.ledger.complain("\(what): \(items.prefix(3))")
            }
            try await self.stage.sleep(milliseconds: 100)
        }
    }

    /// Nothing is left behind.
    private func leave() async throws {
        let ledger = self.stage.ledger
        for client in self.clients {
            // What it has told the server before is confirmed when this is.
            try await client.ping(options: Self.patience)
            let open = await client.leftovers
            ledger.check(open.isEmpty, "a client without calls still has \(open)")
            await client.close()
            let closed = await client.leftovers
            ledger.check(closed.isEmpty, "a client that is closed still has \(closed)")
        }
        for counting in self.counting { await counting.value }
        for node in self.stage.cluster.nodes { try await node.waitForConnectionCount(0) }
        for node in self.stage.cluster.nodes {
            let leftovers = await node.leftovers
            ledger.check(leftovers.isEmpty, "a node without clients still has \(leftovers)")
        }
    }
}
