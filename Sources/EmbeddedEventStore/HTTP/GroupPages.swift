internal import NIOHTTP1
internal import PhotonPumpTransport
internal import PhotonPumpWire

extension Route {
    /// Persistent subscriptions, and what is done to them.
    static let groups = [
        Route(.GET, "/subscriptions", for: .users) { server, request in
            server.onMaster { HTTPAnswer(json: $0.groups.infos(now: $1).map { $0.summary(at: request.base) }) }
        },
        Route(.GET, "/subscriptions/{stream}", for: .users) { server, request in
            server.onMaster { store, now in
                let infos = store.groups.infos(now: now).filter { $0.eventStreamId == request["stream"] }
                return HTTPAnswer(infos.isEmpty ? .notFound : .ok, json: infos.map { $0.summary(at: request.base) })
            }
        },
        Route(.GET, "/subscriptions/{stream}/{group}/info", for: .users) { server, request in
            server.onMaster { store, now in
                let info = store.groups.info(of: request.groupID, now: now)
                return info.map { HTTPAnswer(json: $0.addressed(at: request.base)) } ?? HTTPAnswer(.notFound)
            }
        },
        Route(.PUT, "/subscriptions/{stream}/{group}", for: .operators) { server, request in
            let terms = try request.groupTerms()
            return server.onMaster { store, now in
                let outcome = store.create(terms, by: request.identity, now: now)
                return server.answer(outcome, exists: "AlreadyExists", .conflict, success: .created).located(request)
            }
        },
        Route(.POST, "/subscriptions/{stream}/{group}", for: .operators) { server, request in
            let terms = try request.groupTerms()
            return server.onMaster { store, now in
                server.answer(store.update(terms, by: request.identity, now: now)).located(request)
            }
        },
        Route(.DELETE, "/subscriptions/{stream}/{group}", for: .operators) { server, request in
            let delete = DeletePersistentSubscription(stream: request["stream"], group: request["group"])
            return server.onMaster { server.answer($0.delete(delete, by: request.identity, now: $1)) }
        },
        Route(.POST, "/subscriptions/{stream}/{group}/replayParked", for: .users) { server, request in
            server.onMaster { server.answer($0.replayParked(request.groupID, by: request.identity, now: $1)) }
        },
    ]
}

extension HTTPRequest {
    fileprivate var groupID: String { PersistentGroup.id(self["stream"], self["group"]) }

    fileprivate func groupTerms() throws(MalformedBody) -> CreatePersistentSubscription {
        let settings: GroupSettingsDocument = try self.document()
        return CreatePersistentSubscription(
            stream: self["stream"], group: self["group"], settings: PersistentSubscriptionSettings(settings))
    }
}

// MARK: - Documents

/// The settings of a group as clients send them.
private struct GroupSettingsDocument: Decodable {
    var resolveLinktos: Bool?
    var startFrom: Int64?
    var messageTimeoutMilliseconds: Int32?
    var extraStatistics: Bool?
    var maxRetryCount: Int32?
    var liveBufferSize: Int32?
    var bufferSize: Int32?
    var readBatchSize: Int32?
    var preferRoundRobin: Bool?
    var checkPointAfterMilliseconds: Int32?
    var minCheckPointCount: Int32?
    var maxCheckPointCount: Int32?
    var maxSubscriberCount: Int32?
    var namedConsumerStrategy: String?
}

extension PersistentSubscriptionSettings {
    /// With the defaults that servers have for what is left out; clients of TCP have others.
    fileprivate init(_ document: GroupSettingsDocument) {
        self.init(
            resolveLinks: document.resolveLinktos ?? false,
            startFrom: document.startFrom ?? 0,
            messageTimeout: document.messageTimeoutMilliseconds ?? 10_000,
            recordStatistics: document.extraStatistics ?? false,
            liveBufferSize: document.liveBufferSize ?? 500,
            readBatchSize: document.readBatchSize ?? 20,
            bufferSize: document.bufferSize ?? 500,
            maxRetryCount: document.maxRetryCount ?? 10,
            preferRoundRobin: document.preferRoundRobin ?? true,
            checkpointAfter: document.checkPointAfterMilliseconds ?? 1_000,
            maxCheckpointCount: document.maxCheckPointCount ?? 500,
            minCheckpointCount: document.minCheckPointCount ?? 10,
            maxSubscriberCount: document.maxSubscriberCount ?? 10,
            consumerStrategy: document.namedConsumerStrategy
        )
    }
}

/// A group in a list, with the members that clients read.
private struct GroupSummary: Encodable {
    let links: [GroupInfo.Link]
    let eventStreamId: String
    let groupName: String
    let parkedMessageUri: String
    let getMessagesUri: String
    let status: String
    let averageItemsPerSecond: Int64
    let totalItemsProcessed: Int64
    let lastProcessedEventNumber: Int64
    let lastKnownEventNumber: Int64
    let connectionCount: Int
    let totalInFlightMessages: Int
}

extension GroupInfo {
    private var path: String {
        [self.eventStreamId, self.groupName].map(PercentEncoding.encode).joined(separator: "/")
    }

    /// With addresses that a client can follow.
    fileprivate func addressed(at base: String) -> GroupInfo {
        let names = [self.eventStreamId, self.groupName].map(PercentEncoding.encode).joined(separator: "::")
        var info = self
        info.parkedMessageUri = "\(base)/streams/%24persistentsubscription-\(names)-parked"
        info.getMessagesUri = "\(base)/subscriptions/\(self.path)/1"
        info.links = ["detail": "info", "replayParked": "replayParked"].sorted { $0.key < $1.key }.map { rel, page in
            Link(href: "\(base)/subscriptions/\(self.path)/\(page)", rel: rel)
        }
        return info
    }

    fileprivate func summary(at base: String) -> some Encodable {
        let info = self.addressed(at: base)
        return GroupSummary(
            links: info.links.filter { $0.rel == "detail" },
            eventStreamId: info.eventStreamId,
            groupName: info.groupName,
            parkedMessageUri: info.parkedMessageUri,
            getMessagesUri: info.getMessagesUri,
            status: info.status,
            averageItemsPerSecond: info.averageItemsPerSecond,
            totalItemsProcessed: info.totalItemsProcessed,
            lastProcessedEventNumber: info.lastProcessedEventNumber,
            lastKnownEventNumber: info.lastKnownEventNumber,
            connectionCount: info.connections.count,
            totalInFlightMessages: info.totalInFlightMessages
        )
    }
}

private struct GroupOutcome: Encodable {
    let correlationId: String
    let reason: String
    let result: String
}

// MARK: - Pages

extension EmbeddedServer {
    /// Groups and projections are the master's alone.
    func onMaster(_ page: @Sendable (inout Store, _ now: Int64) -> HTTPAnswer) -> HTTPAnswer {
        guard self.role == .master else { return HTTPAnswer(.serviceUnavailable) }
        return self.core.assumeIsolated { $0.perform(page) }
    }

    /// - Parameters:
    ///   - exists: the name of result 1, which says that a group exists, or that it does not.
    ///   - status: the status that goes with it.
    fileprivate nonisolated func answer(
        _ outcome: CreatePersistentSubscriptionCompleted, exists: String = "DoesNotExist",
        _ status: HTTPResponseStatus = .notFound, success: HTTPResponseStatus = .ok
    ) -> HTTPAnswer {
        func answer(_ status: HTTPResponseStatus, _ result: String) -> HTTPAnswer {
            let id = "\(self.core.environment.newID())"
            return HTTPAnswer(
                status, json: GroupOutcome(correlationId: id, reason: outcome.reason ?? "", result: result))
        }
        return switch outcome.result {
        case .success: answer(success, "Success")
        case .doesNotExist: answer(status, exists)
        case .accessDenied: answer(.unauthorized, "AccessDenied").challenging()
        default: answer(.internalServerError, "Fail")
        }
    }
}

extension HTTPAnswer {
    /// With the address of the group that a request concerns, whatever became of that.
    fileprivate func located(_ request: HTTPRequest) -> HTTPAnswer {
        let path = [request["stream"], request["group"]].map(PercentEncoding.encodePath)
        return self.with("location", "\(request.base)/subscriptions/\(path.joined(separator: "/"))")
    }
}

extension PercentEncoding {
    /// A part of a path as real servers write it: `$` needs no escape there.
    static func encodePath(_ text: String) -> String { self.encode(text).replacing("%24", with: "$") }
}
