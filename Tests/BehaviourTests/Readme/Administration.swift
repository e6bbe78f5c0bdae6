import PhotonPump
import PhotonPumpAdmin

/// What the articles about administration show.
struct AdministrationSnippets {
    func overview() async throws {
        let admin = try Admin(
            Client.Configuration("tcp://admin:changeit@localhost:1113"))
        for projection in try await admin.projections.list() {
            print(projection.name, projection.status, projection.reason ?? "")
        }
        await admin.close()
    }

    func projections(_ admin: Admin) async throws {
        try await admin.projections.enable(.byCategory)
        try await admin.projections.wait(for: .byCategory, until: .running)
        switch try await admin.projections.status(of: "jumps").status.state {
        case .running: print("fine")
        case .faulted: print("look at its reason")
        case let state: print("not running:", state)
        }
        try await admin.projections.disable("jumps")
        try await admin.projections.wait(for: "jumps", until: .stopped)
        try await admin.projections.delete(
            "jumps", stateStream: true, checkpointStream: true)
    }

    func users(_ admin: Admin) async throws {
        try await admin.users.create(
            "pony", fullName: "A Pony", password: "hay", groups: ["herd"])
        try await admin.users.changePassword(
            of: "pony", from: "hay", to: "oats",
            options: CallOptions(
                credentials: Credentials(username: "pony", password: "hay")))
    }

    func subscriptions(_ admin: Admin) async throws {
        let groups = try await admin.subscriptions.list()
        for group in groups where group.connectionCount == 0 {
            print("nobody consumes", group.group, "to", group.stream)
        }
        let details = try await admin.subscriptions.details(
            of: "herd", to: "ponies")
        print(
            details.settings?.maximumRetryCount ?? 0, details.connections ?? [])
        let events = admin.subscriptions.parkedEvents(
            of: "herd", to: "ponies")
        for try await parked in events {
            print(parked.event, parked.reason ?? "")
            try await admin.subscriptions.deleteParkedEvents(
                of: "herd", to: "ponies", upTo: parked.event.received.number)
        }
    }

    func nodes(_ admin: Admin) async throws {
        for member in try await admin.node.gossip().members {
            guard let http = member.http else { continue }
            let health = try await admin.node(at: http).health()
            print(http, health.isReady, health.info?.version ?? "")
        }
        let statistics = try await admin.node.statistics()
        print(
            statistics.cpu ?? 0,
            statistics["proc", "gc", "timeInGc"]?.number ?? 0)
    }
}
