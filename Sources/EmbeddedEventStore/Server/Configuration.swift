extension EmbeddedServer {
    /// How a server listens, which users it knows, and when it disconnects clients.
    ///
    /// ``EmbeddedServer/start(startup:)`` validates it, and names the first invalid value.
    public struct Configuration: Sendable, Hashable {
        /// The name or address to listen on; 127.0.0.1 by default, so that only this machine can connect.
        public var host = "127.0.0.1"
        /// The TCP port; 0, the default, takes a free one and keeps it for later starts.
        public var port = 0
        /// TLS in addition to, or instead of, plain connections; nil, the default, for no TLS.
        public var tls: TLS?
        /// Whether to listen on ``port``; true by default. If false, ``tls`` must be set.
        public var acceptsPlainConnections = true
        /// The HTTP port, for gossip and administration; 0 takes a free one, and nil, the default, means no HTTP.
        public var httpPort: Int?
        /// The users who can log in from the beginning; by default `admin` and `ops`, with the passwords of a new
        /// EventStore. Administrators can change them over HTTP.
        public var users = [User.admin, .ops]
        /// The silence of a client after which the server sends it a heartbeat; 2 s by default, between 1 ms and a day.
        public var heartbeatInterval: Duration = .seconds(2)
        /// How long the server waits for an answer to the heartbeat before it closes the connection; 1 s by default,
        /// between 1 ms and a day.
        public var heartbeatTimeout: Duration = .seconds(1)
        /// The largest frame in bytes, without its length prefix, that the server accepts from a client; 64 MiB by
        /// default and at most.
        public var frameLimit = 64 << 20
        /// The number of bytes that may wait for a subscriber, beyond what the system buffers, before the server closes
        /// the connection; 10 MiB by default, between 1 KiB and 1 GiB.
        public var pendingSendLimit = 10 << 20
        /// The number of clients that may be connected at once over TCP, and of those over HTTP; 500 of each by default,
        /// between 1 and 100,000. More are disconnected as they come.
        public var maximumConnections = 500
        /// The bytes that all TCP clients who have not logged in may make the server hold together: frames that are not
        /// complete, requests that wait, and answers that are not taken. 256 MiB by default, between 1 KiB and 16 GiB.
        /// While it is exceeded, the client who holds most is disconnected.
        public var anonymousBudget = 256 << 20
        /// How long an HTTP client may take to send its request, and again to take the answer; 10 s by default, between
        /// 1 ms and a day. A connection serves one request, which may have 16 KiB of lines and 64 KiB of body.
        public var httpTimeout: Duration = .seconds(10)
        /// How often persistent subscriptions check for events that were not acknowledged in time, and for progress to
        /// save; 1 s by default, between 1 ms and a day.
        public var persistentSubscriptionTick: Duration = .seconds(1)
        /// Which servers' terms to use for the cluster, in gossip and when clients are sent to the master; those of
        /// EventStore 4 and 5 by default.
        public var generation = Generation.version5
        /// Whether there are projections. Those that servers bring along run: each event of an ordinary stream is linked
        /// to from the streams of its category (`$ce-…`) and its type (`$et-…`) and, if it is a stream's first, from
        /// `$streams`, and its stream is noted in that of its category (`$category-…`). The category is the part of the
        /// stream's name before the first `-`. All of it is written together with the event. Over HTTP projections can be
        /// controlled, and others created: those of the server's native types run, those in JavaScript do not. False by
        /// default.
        public var runsSystemProjections = false
        /// Whether filtered reads of `$all` and filtered subscriptions are supported, as by servers of version 20 and
        /// later; true by default. If false, they are refused as bad requests, as by servers of the 4.x and 5.x lines,
        /// which do not know them.
        public var offersFilteredReads = true

        /// The defaults.
        public init() {}
    }

    /// A user who can log in.
    public struct User: Sendable, Hashable {
        /// The login name, at most 255 bytes of UTF-8.
        public var name: String
        /// The password, at most 255 bytes of UTF-8.
        public var password: String
        /// The user's groups; members of `$admins` may do everything.
        public var groups: Set<String>
        /// What the user is called by people.
        public var fullName: String

        /// Creates a user, in no group and without a full name unless these say otherwise.
        public init(name: String, password: String, groups: Set<String> = [], fullName: String = "") {
            self.name = name
            self.password = password
            self.groups = groups
            self.fullName = fullName
        }

        /// `admin`, password `changeit`, in `$admins`.
        public static let admin = User(
            name: "admin", password: "changeit", groups: ["$admins"], fullName: "Event Store Administrator")
        /// `ops`, password `changeit`, in `$ops`.
        public static let ops = User(
            name: "ops", password: "changeit", groups: ["$ops"], fullName: "Event Store Operations")
    }
}

extension EmbeddedServer.User: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name only: passwords are never printed.
    public var description: String { self.name }
    /// The name only.
    public var debugDescription: String { self.name }
    /// Name and groups, so that dumping settings does not reveal the password.
    public var customMirror: Mirror { Mirror(self, children: ["name": self.name, "groups": self.groups]) }
}
