internal import Logging
internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The deadline and user of a call: its options, checked and completed with the client's settings.
struct CallTerms: Sendable {
    /// A time limit that is as good as none.
    static let longest: Duration = .seconds(86_400 * 365)

    let started: Environment.Instant
    let deadline: Environment.Instant
    /// The latest time for sending the request for the first time.
    let startBy: Environment.Instant
    /// nil: the user the client is connected as.
    let login: Login?
    /// Of the request; nil if the client chooses one.
    let correlation: GUID?
    /// Whether this belongs to a call that began before the client was to be closed, and may finish.
    var isContinued = false
    /// The call's own; nil: that of the client.
    let logger: Logger?
    private let environment: Environment
    /// Those of the client, which count the call's requests.
    var metrics: ClientMetrics?

    /// Terms for a request that the client makes for other calls.
    init(
        until deadline: Environment.Instant, as login: Login?, _ environment: Environment,
        _ metrics: ClientMetrics? = nil
    ) {
        self.environment = environment
        self.metrics = metrics
        self.started = environment.now
        self.deadline = deadline
        self.startBy = deadline
        self.login = login
        self.correlation = nil
        self.logger = nil
    }

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming the invalid option.
    init(_ options: CallOptions, _ context: ClientContext) throws(PhotonPumpError) {
        let settings = context.configuration
        let timeout = options.timeout ?? settings.operationTimeout
        guard timeout > .zero else {
            throw PhotonPumpError(.invalidArgument, "timeout \(timeout.words) is not above zero")
        }
        let now = context.environment.now
        self.environment = context.environment
        self.metrics = context.metrics
        self.logger = options.logger
        self.started = now
        self.deadline = now + min(timeout, Self.longest)
        self.correlation = options.correlationID.map { GUID(textOrder: $0.uuid) }
        self.startBy = min(self.deadline, now + (settings.queueTimeout ?? Self.longest))
        do throws(PhotonPumpError) {
            self.login = try options.credentials?.checked()
        } catch {
            throw PhotonPumpError(.invalidArgument, error.message)
        }
    }

    /// How long the call has taken so far.
    var elapsed: Duration { self.environment.now - self.started }

    /// How much time is left for it.
    var remaining: Duration { self.deadline - self.environment.now }
}
