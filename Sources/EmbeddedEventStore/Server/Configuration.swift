extension EmbeddedServer {
    /// How a server listens, whom it knows and when it gives a client up.
    ///
    /// The values are checked by ``EmbeddedServer/start()``, which says which one is wrong.
    public struct Configuration: Sendable, Hashable {
        /// The name or address to listen on; 127.0.0.1 by default, so that only this machine can connect.
        public var host = "127.0.0.1"
        /// The TCP port; 0, the default, takes a free one and keeps it for later starts.
        public var port = 0
        /// TLS beside, or instead of, plain connections; nil, the default, leaves it out.
        public var tls: TLS?
        /// Whether ``port`` is listened on; true by default. Without it there must be ``tls``.
        public var acceptsPlainConnections = true
        /// The HTTP port for `/gossip`, `/ping` and what `/subscriptions` tells of persistent ones, 0 for a free one; nil, the default, leaves HTTP out.
        public var httpPort: Int?
        /// Who may log in; `admin` and `ops` by default, with the passwords of a new EventStore.
        public var users = [User.admin, .ops]
        /// A client's silence after which the server asks it for a sign of life; 2 s by default, between 1 ms and
        /// a day.
        public var heartbeatInterval: Duration = .seconds(2)
        /// How much longer the server waits for that sign before it closes the connection; 1 s by default, between
        /// 1 ms and a day.
        public var heartbeatTimeout: Duration = .seconds(1)
        /// The largest frame in bytes, without its length prefix, that the server takes from a client; 64 MiB by
        /// default and at most. A page of events ends early when it fills half of that.
        public var frameLimit = 64 << 20
        /// The bytes that may wait for a subscriber to take them, beyond what the system buffers, before the server
        /// closes the connection; 10 MiB by default, between 1 KiB and 1 GiB.
        public var pendingSendLimit = 10 << 20
        /// How often persistent subscriptions look for events that were not acknowledged in time, and for progress
        /// to save; 1 s by default, between 1 ms and a day.
        public var persistentSubscriptionTick: Duration = .seconds(1)
        /// How the server speaks of its cluster, in gossip and when it sends clients to the master; as EventStore 4
        /// and 5 do by default.
        public var generation = Generation.version5
        /// Whether each event of an ordinary stream is linked to, as by a server's system projections: from
        /// `$ce-` and the part of the stream's name before the first `-`, from `$et-` and the event's type, and the
        /// first one of a stream from `$streams`. False by default. The links are written with the event, at once.
        public var runsSystemProjections = false
        /// Whether filtered reads of `$all` and filtered subscriptions are answered, as servers of generation 20 and
        /// later do; true by default. Otherwise they are refused as bad requests, as servers of the 4.x and 5.x lines refuse what they do not
        /// know.
        public var offersFilteredReads = true

        /// The defaults.
        public init() {}
    }

    /// Somebody who may log in.
    public struct User: Sendable, Hashable {
        /// The login name, at most 255 bytes of UTF-8.
        public var name: String
        /// The password, at most 255 bytes of UTF-8.
        public var password: String
        /// The groups; members of `$admins` may do everything that anybody may.
        public var groups: Set<String>

        /// A user in no group, unless `groups` says otherwise.
        public init(name: String, password: String, groups: Set<String> = []) {
            self.name = name
            self.password = password
            self.groups = groups
        }

        /// `admin`, password `changeit`, in `$admins`.
        public static let admin = User(name: "admin", password: "changeit", groups: ["$admins"])
        /// `ops`, password `changeit`, in `$ops`.
        public static let ops = User(name: "ops", password: "changeit", groups: ["$ops"])
    }
}

extension EmbeddedServer.User: CustomStringConvertible {
    /// The name alone: passwords are never printed.
    public var description: String { self.name }
}
