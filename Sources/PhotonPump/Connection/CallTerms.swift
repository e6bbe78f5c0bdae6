internal import PhotonPumpWire

/// Until when a call may take, and as whom it is made: its options, checked and completed by the client's settings.
struct CallTerms: Sendable {
    /// A time that is as good as for ever.
    static let longest: Duration = .seconds(86_400 * 365)

    let started: ContinuousClock.Instant
    let deadline: ContinuousClock.Instant
    /// Until when the request must have been sent for the first time.
    let startBy: ContinuousClock.Instant
    /// nil: as whom the client is connected.
    let login: Login?

    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming the option that is wrong.
    init(_ options: CallOptions, _ settings: Client.Configuration, now: ContinuousClock.Instant) throws(PhotonPumpError)
    {
        let timeout = options.timeout ?? settings.operationTimeout
        guard timeout > .zero else {
            throw PhotonPumpError(.invalidArgument, "the call's timeout is not above zero")
        }
        self.started = now
        self.deadline = now + min(timeout, Self.longest)
        self.startBy = min(self.deadline, now + (settings.queueTimeout ?? Self.longest))
        do throws(PhotonPumpError) {
            self.login = try options.credentials?.checked()
        } catch {
            throw PhotonPumpError(.invalidArgument, error.message)
        }
    }
}
