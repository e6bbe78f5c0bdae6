internal import PhotonPumpWire

extension EmbeddedServer.Fault {
    /// The requests of clients.
    public enum Request: Sendable, Hashable, CaseIterable {
        case heartbeat, ping
        case authenticate, identifyClient
        case writeEvents, deleteStream
        case transactionStart, transactionWrite, transactionCommit
        case readEvent, readStreamForward, readStreamBackward
        case readAllForward, readAllBackward, filteredReadAllForward, filteredReadAllBackward
        case scavenge
        case subscribe, filteredSubscribe, unsubscribe
        case createPersistentSubscription, updatePersistentSubscription, deletePersistentSubscription
        case connectToPersistentSubscription
        /// Acknowledging and refusing events of a persistent subscription. Neither has a reply.
        case acknowledge, refuse

        private static let byCommand: [Command: Self] = [
            .heartbeatRequest: .heartbeat, .ping: .ping,
            .authenticate: .authenticate, .identifyClient: .identifyClient,
            .writeEvents: .writeEvents, .deleteStream: .deleteStream,
            .transactionStart: .transactionStart, .transactionWrite: .transactionWrite,
            .transactionCommit: .transactionCommit,
            .readEvent: .readEvent,
            .readStreamEventsForward: .readStreamForward, .readStreamEventsBackward: .readStreamBackward,
            .readAllEventsForward: .readAllForward, .readAllEventsBackward: .readAllBackward,
            .filteredReadAllEventsForward: .filteredReadAllForward,
            .filteredReadAllEventsBackward: .filteredReadAllBackward,
            .scavengeDatabase: .scavenge,
            .subscribeToStream: .subscribe, .filteredSubscribeToStream: .filteredSubscribe,
            .unsubscribeFromStream: .unsubscribe,
            .createPersistentSubscription: .createPersistentSubscription,
            .updatePersistentSubscription: .updatePersistentSubscription,
            .deletePersistentSubscription: .deletePersistentSubscription,
            .connectToPersistentSubscription: .connectToPersistentSubscription,
            .persistentSubscriptionAckEvents: .acknowledge, .persistentSubscriptionNakEvents: .refuse,
        ]

        /// Nil if the command is not a request.
        init?(_ command: Command) {
            guard let request = Self.byCommand[command] else { return nil }
            self = request
        }

        /// Whether it is answered with the outcome of a write.
        var isWrite: Bool {
            [.writeEvents, .deleteStream, .transactionStart, .transactionWrite, .transactionCommit].contains(self)
        }
    }

    /// When a connection ends, relative to a request.
    public enum Moment: Sendable, Hashable {
        /// Before the request is performed.
        case beforeHandling
        /// After the request has been performed, before its reply.
        case beforeReply
        /// After half of the reply's frame has been sent.
        case withinReply
        /// After the reply has been sent.
        case afterReply
    }

    /// The phase of a write in which the cluster times out.
    public enum WritePhase: Sendable, Hashable {
        case prepare, commit
        /// Forwarding the write to the master.
        case forward
    }

    /// A reason for refusing a request.
    public struct Refusal: Sendable, Hashable {
        enum Kind: Hashable {
            case notHandled(NotHandled)
            case notAuthenticated(String)
            case badRequest(String, forConnection: Bool)
        }

        let kind: Kind

        /// The server is starting.
        public static let notReady = Refusal(kind: .notHandled(NotHandled(reason: .notReady)))
        /// The server has too much to do.
        public static let tooBusy = Refusal(kind: .notHandled(NotHandled(reason: .tooBusy)))

        /// The master is a different node, at this address.
        ///
        /// - Parameters:
        ///   - host: the master's numeric address.
        ///   - port: its TCP port; nil if it has only one for TLS.
        ///   - securePort: its port for TLS, if it has one.
        ///   - httpPort: its HTTP port.
        public static func notMaster(host: String, port: Int?, securePort: Int? = nil, httpPort: Int = 2113) -> Refusal
        {
            var master = MasterInfo()
            if let port { (master.tcpHost, master.tcpPort) = (host, Int32(clamping: port)) }
            if let securePort { (master.secureTCPHost, master.secureTCPPort) = (host, Int32(clamping: securePort)) }
            (master.httpHost, master.httpPort) = (host, Int32(clamping: httpPort))
            return Refusal(kind: .notHandled(NotHandled(reason: .notMaster, master: master)))
        }

        /// The credentials are not accepted, with this text.
        public static func notAuthenticated(_ text: String = "Not Authenticated") -> Refusal {
            Refusal(kind: .notAuthenticated(text))
        }

        /// The request is bad, with this text.
        public static func badRequest(_ text: String) -> Refusal {
            Refusal(kind: .badRequest(text, forConnection: false))
        }

        /// The whole connection is rejected, with this text: a bad request without an id, and then its end.
        public static func badConnection(_ text: String) -> Refusal {
            Refusal(kind: .badRequest(text, forConnection: true))
        }
    }
}
