internal import PhotonPumpWire

extension EmbeddedServer.Fault {
    /// What a client may ask a server for.
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
        /// Acknowledging events of a persistent subscription, and refusing them. Neither has a reply.
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

        /// Nil for what is no request.
        init?(_ command: Command) {
            guard let request = Self.byCommand[command] else { return nil }
            self = request
        }

        /// Whether it is answered with the outcome of a write.
        var isWrite: Bool {
            switch self {
            case .writeEvents, .deleteStream, .transactionStart, .transactionWrite, .transactionCommit: true
            case .heartbeat, .ping, .authenticate, .identifyClient, .readEvent, .readStreamForward,
                .readStreamBackward, .readAllForward, .readAllBackward, .filteredReadAllForward,
                .filteredReadAllBackward, .scavenge, .subscribe, .filteredSubscribe, .unsubscribe,
                .createPersistentSubscription, .updatePersistentSubscription, .deletePersistentSubscription,
                .connectToPersistentSubscription, .acknowledge, .refuse:
                false
            }
        }
    }

    /// When a connection ends, seen from a request.
    public enum Moment: Sendable, Hashable {
        /// Before the request is performed.
        case beforeHandling
        /// When it has been performed.
        case beforeReply
        /// When half of the reply's frame has been sent.
        case withinReply
        /// When the reply has been sent.
        case afterReply
    }

    /// What of a write can take a cluster too long.
    public enum WritePhase: Sendable, Hashable {
        case prepare, commit
        /// Handing it on to the master.
        case forward
    }

    /// A reason for not performing a request.
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

        /// The master is elsewhere, where the refusal says.
        ///
        /// - Parameters:
        ///   - host: the master's numeric address.
        ///   - port: its TCP port, nil when there is only one for TLS.
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

        /// The credentials are not accepted, in these words.
        public static func notAuthenticated(_ text: String = "Not Authenticated") -> Refusal {
            Refusal(kind: .notAuthenticated(text))
        }

        /// The request is a bad one, in these words.
        public static func badRequest(_ text: String) -> Refusal {
            Refusal(kind: .badRequest(text, forConnection: false))
        }

        /// The whole connection is given up, in these words: a bad request without an id, and then its end.
        public static func badConnection(_ text: String) -> Refusal {
            Refusal(kind: .badRequest(text, forConnection: true))
        }
    }
}
