import Foundation
import PhotonPump
import PhotonPumpAdmin
import RecordedExchanges
import Testing

/// What a recorded exchange is to this library.
enum RecordedCall: Sendable {
    /// This call makes it; if the server refused, it fails with what the status means, or with this code.
    case call(_ code: PhotonPumpError.Code? = nil, _ call: @Sendable (Admin, RecordedExchange) async throws -> Void)
    /// This library does not make it, because of this.
    case none(String)

    private static func projection(
        _ code: PhotonPumpError.Code? = nil,
        _ call: @escaping @Sendable (Projections, ProjectionName, RecordedExchange) async throws -> Void
    ) -> RecordedCall {
        .call(code) { admin, exchange async throws in
            let parts = exchange.request.path.prefix { $0 != "?" }.split(separator: "/")
            let name = String(parts[1]).removingPercentEncoding ?? ""
            try await call(admin.projections, ProjectionName(name), exchange)
        }
    }

    private static let elsewhere = RecordedCall.none("the client does that over TCP")
    private static let native = ProjectionQuery.Language.native(
        "EventStore.Projections.Core.Standard.CategorizeStreamByPath")
    private static let script =
        "fromAll().when({$init: function(){return {n: 0}}, PonyJumped: function(s, e){s.n += 1}})"

    private static func status(_ states: ProjectionStatus.State...) -> RecordedCall {
        .projection { projections, name, _ async throws in
            let projection = try await projections.status(of: name)
            #expect(projection.name == name)
            #expect(projection.status.states == states)
            #expect(projection.mode == .continuous)
        }
    }

    private static func list(_ selection: Projections.Selection, isEmpty: Bool = false) -> RecordedCall {
        .call { admin, _ async throws in
            let projections = try await admin.projections.list(selection)
            #expect(projections.isEmpty == isEmpty)
            #expect(projections.allSatisfy { $0.status.state == .running && $0.progress == 100 })
        }
    }

    private static let query = RecordedCall.projection { projections, name, exchange async throws in
        #expect(try await projections.queryText(of: name) == exchange.response.body)
    }

    private static let definition = RecordedCall.projection { projections, name, _ async throws in
        let query = try await projections.query(of: name)
        #expect(query.resultStream == "$projections-\(name)-result")
        #expect(query.emits)
        #expect(query.definition["allEvents"] == .bool(true))
    }

    private static let command = RecordedCall.projection { projections, name, exchange async throws in
        switch exchange.request.path.split(separator: "/").last {
        case "enable": try await projections.enable(name)
        case "disable": try await projections.disable(name)
        case "abort": try await projections.abort(name)
        case "reset": try await projections.reset(name)
        default: throw Unexpected()
        }
    }

    private static let createNative = RecordedCall.call { admin, _ async throws in
        try await admin.projections.createContinuous("mine", query: "first\n_", language: native, emits: true)
    }

    private static let createUser = RecordedCall.call { admin, exchange async throws in
        let body = try JSONDecoder().decode([String: JSONValue].self, from: Data((exchange.request.body ?? "").utf8))
        try await admin.users.create(
            try #require(body["loginName"]?.text), fullName: try #require(body["fullName"]?.text),
            password: try #require(body["password"]?.text), groups: ["herd", "others"])
    }

    private static let details = RecordedCall.call(.subscriptionNotFound) { admin, exchange async throws in
        let parts = exchange.request.path.split(separator: "/").map { String($0).removingPercentEncoding ?? "" }
        guard exchange.response.status == 200 else {
            _ = try await admin.subscriptions.details(of: parts[2], to: parts[1])
            return
        }
        let details = try await admin.subscriptions.details(of: parts[2], to: parts[1])
        #expect([details.stream, details.group, details.status] == [parts[1], parts[2], "Live"])
        #expect(details.connectionCount == details.connections?.count)
        #expect(details.settings?.startFrom == .start)
        #expect(details.settings?.strategy == (details.group == "plain" ? .roundRobin : .pinned))
    }

    private static let replay = RecordedCall.call(.subscriptionNotFound) { admin, exchange async throws in
        let parts = exchange.request.path.split(separator: "/").map(String.init)
        try await admin.subscriptions.replayParkedEvents(of: parts[2], to: parts[1])
    }

    // MARK: The table

    static let all: [String: RecordedCall] = [
        "info": .call { admin, exchange async throws in
            let info = try await admin.node.info()
            #expect(info.version.hasSuffix(".0") && info.projectionsMode == "All")
            #expect(info.state == .master && info.isReady)
        },
        "info anonymous": .call { admin, _ async throws in #expect(try await admin.node.health().isReady) },
        "ping": .call { admin, _ async throws in try await admin.node.ping() },
        "ping as text": .call { admin, _ async throws in try await admin.node.ping() },
        "gossip": .call { admin, _ async throws in
            let member = try #require(try await admin.node.gossip().members.first)
            #expect(member.state == .master && member.isAlive)
        },
        "stats": .call { admin, _ async throws in
            let statistics = try await admin.node.statistics()
            #expect(statistics.startTime ?? .now < .now && statistics.memory ?? 0 > 1 << 20)
            #expect(statistics.writerCheckpoint ?? 0 > 0)
            #expect(statistics["proc", "gc", "timeInGc"]?.number == 0)
            #expect(statistics.queues.contains { $0.name == "MainQueue" && $0.totalItemsProcessed ?? 0 > 1000 })
        },
        "stats tcp": .call { admin, _ async throws in #expect(try await admin.node.connectionStatistics() == []) },
        "stats replication": .call { admin, _ async throws in _ = try await admin.node.replicationStatistics() },
        "health live": .none("servers of these versions have no such page; health() asks for what all have"),
        "histogram": .none("servers of these versions have no such page"),

        "users list": .call { admin, _ async throws in
            #expect(try await admin.users.list().map(\.login) == ["admin", "ops"])
        },
        "users list anonymous": .call { admin, _ async throws in _ = try await admin.users.list() },
        "users list wrong password": .call { admin, _ async throws in _ = try await admin.users.list() },
        "user get": .call { admin, _ async throws in
            let user = try await admin.users.get("admin")
            #expect(user.groups == ["$admins"] && user.fullName == "Event Store Administrator" && !user.isDisabled)
        },
        "user get unknown": .call { admin, _ async throws in _ = try await admin.users.get("nobody") },
        "user current": .call { admin, _ async throws in
            let user = try await admin.users.current()
            #expect(user.login == "admin")
            #expect(user.lastUpdated ?? .now < .now)
        },
        "user current anonymous": .call { admin, _ async throws in _ = try await admin.users.current() },
        "user create": createUser,
        "user create again, same": createUser,
        "user create again, other password": createUser,
        "user create as ops": createUser,
        "user create without password": .none("an empty password is refused before anything is sent"),
        "user get created": .call { admin, _ async throws in
            #expect(try await admin.users.get("pony").groups == ["herd", "others"])
        },
        "user current as created": .call { admin, _ async throws in
            #expect(try await admin.users.current().login == "pony")
        },
        "user update": .call { admin, _ async throws in
            try await admin.users.update("pony", fullName: "The Pony", groups: ["herd"])
        },
        "user update unknown": .call { admin, _ async throws in
            try await admin.users.update("nobody", fullName: "x", groups: [])
        },
        "user change password": .call { admin, _ async throws in
            try await admin.users.changePassword(of: "pony", from: "hay", to: "oats")
        },
        "user change password, wrong current": .call { admin, _ async throws in
            try await admin.users.changePassword(of: "pony", from: "hay", to: "x")
        },
        "user reset password": .call { admin, _ async throws in
            try await admin.users.resetPassword(of: "pony", to: "clover")
        },
        "user reset password as itself": .call { admin, _ async throws in
            try await admin.users.resetPassword(of: "pony", to: "x")
        },
        "user disable": .call { admin, _ async throws in try await admin.users.disable("pony") },
        "user disable again": .call { admin, _ async throws in try await admin.users.disable("pony") },
        "user get disabled": .call { admin, _ async throws in #expect(try await admin.users.get("pony").isDisabled) },
        "user enable": .call { admin, _ async throws in try await admin.users.enable("pony") },
        "user delete": .call { admin, _ async throws in try await admin.users.delete("pony") },
        "user delete again": .call { admin, _ async throws in try await admin.users.delete("pony") },
        "user get deleted": .call { admin, _ async throws in _ = try await admin.users.get("pony") },

        "groups none": .call { admin, _ async throws in #expect(try await admin.subscriptions.list() == []) },
        "groups of an unknown stream": .call { admin, _ async throws in
            #expect(try await admin.subscriptions.list(to: "nope") == [])
            throw PhotonPumpError(.notFound, "an empty list is the answer")
        },
        "group create": elsewhere, "group create again": elsewhere, "group create, defaults": elsewhere,
        "group create anonymous": elsewhere, "group create, unknown strategy": elsewhere,
        "group create, odd names": elsewhere, "group update": elsewhere, "group update unknown": elsewhere,
        "group delete": elsewhere, "group delete again": elsewhere, "group delete anonymous": elsewhere,
        "parked messages feed": elsewhere,
        "groups all": .call { admin, _ async throws in
            let all = try await admin.subscriptions.list()
            #expect(all.map(\.group).sorted() == ["grüße", "herd", "plain"])
            #expect(all.first { $0.group == "grüße" }?.stream == "$ce-odd name")
            #expect(all.first { $0.group == "plain" }?.connectionCount == 1)
            #expect(all.first { $0.group == "plain" }?.lastProcessedEventNumber == nil)
            #expect(all.first { $0.group == "herd" }?.lastProcessedEventNumber == 4)
        },
        "groups of a stream": .call { admin, _ async throws in
            #expect(try await admin.subscriptions.list(to: "http-ponies").count == 2)
        },
        "group info unknown": details, "group info": details, "group info with a consumer": details,
        "group info as ops": details, "group info anonymous": details, "group info, odd names": details,
        "group replay parked": replay, "group replay parked unknown": replay, "group replay parked anonymous": replay,

        "projections any": list(.all), "projections any anonymous": list(.all),
        "projections any wrong password": list(.all), "projections all-non-transient": list(.allButTransient),
        "projections transient": list(.transient, isEmpty: true), "projections onetime": list(.oneTime, isEmpty: true),
        "projections continuous": list(.continuous),
        "projections, unknown kind": .none("there is no such kind"),
        "projection $by_category": status(.running), "projection $by_event_type": status(.running),
        "projection $streams": status(.running), "projection $stream_by_category": status(.running),
        "projection $by_category query": query, "projection $by_event_type query": query,
        "projection $streams query": query, "projection $stream_by_category query": query,
        "projection $by_category query with config": definition,
        "projection $by_event_type query with config": definition, "projection $streams query with config": definition,
        "projection $stream_by_category query with config": definition,
        "projection unknown": status(), "projection unknown query": query,
        "projection unknown state": .projection { projections, name, _ async throws in
            _ = try await projections.state(of: name, as: JSONValue.self)
        },
        "projection unknown statistics": .projection { projections, name, _ async throws in
            _ = try await projections.statistics(of: name)
        },
        "projection statistics": .projection { projections, name, _ async throws in
            #expect(try await projections.statistics(of: name).map(\.name) == [name])
        },
        "projection state": .projection { projections, name, _ async throws in
            #expect(try await projections.state(of: name, as: JSONValue.self) == nil)
        },
        "projection result": .projection { projections, name, _ async throws in
            #expect(try await projections.result(of: name, as: JSONValue.self) == nil)
        },
        "projection state of a partition": .projection { projections, name, _ async throws in
            #expect(try await projections.state(of: name, as: JSONValue.self, partition: "http-ponies") == nil)
        },
        "projection config": .projection { projections, name, _ async throws in
            var expected = ProjectionConfiguration()
            expected.emits = true
            #expect(try await projections.configuration(of: name) == expected)
        },
        "projection config change": .projection { projections, name, _ async throws in
            try await projections.updateConfiguration(of: name, to: changed)
        },
        "projection config changed": .projection { projections, name, _ async throws in
            #expect(try await projections.configuration(of: name) == changed)
        },
        "projection disable": command, "projection disable again": command, "projection enable": command,
        "projection abort": command, "projection reset": command, "projection enable after reset": command,
        "projection disable anonymous": command, "projection disable unknown": command,
        "projection disable mine": command,
        "projection after disable": status(.stopped),
        "projection after enable": .projection { projections, name, _ async throws in
            #expect(try await projections.status(of: name).status.states.contains(.running))
        },
        "projection after abort": status(.aborted, .stopped),
        "projection after reset": .projection { projections, name, _ async throws in
            let projection = try await projections.status(of: name)
            #expect(projection.status.state == .stopped && projection.progress == nil && projection.epoch == 3)
        },
        "projection delete of the system": .projection(.wrongState) { projections, name, _ async throws in
            try await projections.delete(name)
        },
        "projection delete running": .projection(.wrongState) { projections, name, _ async throws in
            try await projections.delete(name)
        },
        "projection delete unknown": .projection { projections, name, _ async throws in
            try await projections.delete(name)
        },
        "projection delete": .projection { projections, name, _ async throws in
            try await projections.delete(name, stateStream: true, checkpointStream: true)
        },
        "projection create native continuous": createNative, "projection create again": createNative,
        "projection created": status(.running), "projection created query": definition,
        "projection update query": .projection { projections, name, _ async throws in
            try await projections.updateQuery(of: name, to: "last\n-", language: native, emits: true)
        },
        "projection updated query": definition, "projection deleted": status(),
        "projection create JS (this build has no JavaScript)": .call { admin, _ async throws in
            try await admin.projections.createContinuous("js", query: script, isEnabled: false)
        },
        "projection JS created (this build has no JavaScript)": .projection { projections, name, _ async throws in
            let projection = try await projections.status(of: name)
            #expect(projection.status.state == .faulted && projection.reason?.contains("js1") == true)
            #expect(projection.position == nil && projection.version == nil)
        },
        "projection create as anonymous": .call { admin, _ async throws in
            try await admin.projections.createContinuous("anon", query: script, isEnabled: false)
        },
        "projection create onetime without name (this build has no JavaScript)": .call { admin, exchange async throws in
            let name = try await admin.projections.createOneTime(query: script, isEnabled: false)
            #expect(exchange.response.body.contains(name.description))
        },
        "projection create transient (this build has no JavaScript)": .call { admin, _ async throws in
            try await admin.projections.createTransient("tr", query: script, isEnabled: false)
        },

        "scavenge start": .call { admin, exchange async throws in
            let id = try await admin.node.startScavenge()
            #expect(id.map(exchange.response.body.contains) ?? exchange.response.body.isEmpty)
        },
        "scavenge start anonymous": .call { admin, _ async throws in try await admin.node.startScavenge() },
        "scavenge stop": .call { admin, exchange async throws in
            try await admin.node.stopScavenge(String(exchange.request.path.split(separator: "/")[2]))
        },
        "scavenge stop unknown": .call { admin, _ async throws in try await admin.node.stopScavenge("nope") },
        "merge indexes": .call { admin, _ async throws in try await admin.node.mergeIndexes() },
        "resign": .call { admin, _ async throws in try await admin.node.resign() },
        "priority": .call { admin, _ async throws in try await admin.node.setPriority(1) },
    ]

    private static let changed: ProjectionConfiguration = {
        var configuration = ProjectionConfiguration()
        configuration.emits = true
        configuration.checkpointHandledThreshold = 2000
        configuration.checkpointUnhandledBytesThreshold = 5_000_000
        configuration.pendingEventsThreshold = 4000
        configuration.maximumWriteBatchLength = 400
        return configuration
    }()
}
