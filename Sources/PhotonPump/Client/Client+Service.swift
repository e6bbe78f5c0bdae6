internal import Logging
internal import PhotonPumpTransport

extension Client {
    /// Connects, stays connected until the service group that it runs in shuts down, and then closes the client as
    /// ``close(drainingFor:)`` does, with ten seconds for calls in progress, handlers and checkpoints.
    ///
    /// ```swift
    /// let group = ServiceGroup(
    ///     services: [client, worker], gracefulShutdownSignals: [.sigterm],
    ///     logger: logger)
    /// try await group.run()
    /// ```
    /// A group shuts down in reverse order: list the client before the services that use it. If it is listed after them
    /// it is closed first, and they fail with ``PhotonPumpError/Code/clientClosed``, which says so.
    /// <doc:RunningInAService> shows such a service. The client can be used before this is called.
    ///
    /// While this runs, the client tries to connect whether or not anybody makes a call, and whatever the reason is that
    /// it cannot: a server that is down, or one that does not know the user. It begins anew after
    /// ``ReconnectionSettings/maximumAttempts``. The first failure is logged as a warning, later ones once a minute.
    ///
    /// If the task is cancelled, the client is closed at once.
    public func run() async {
        self.upkeep.begin()
        self.wantConnection()
        do {
            try await GracefulShutdown.begin()
            await self.close(drainingFor: .seconds(10), byGroup: true)
            self.logger.info("closed, as the service group shuts down")
        } catch {
            // The task was cancelled.
            self.close()
        }
    }

    /// The client will make no further attempts by itself, unless it is kept connected.
    func keepConnected() {
        guard self.upkeep.isDesired, self.connector.phase == .idle else { return }
        let next = self.environment.now + self.configuration.reconnection.maximumDelay
        self.upkeep.later(
            self.context.timer(at: next) { [weak self] in self?.assumeIsolated { $0.wantConnection() } })
    }
}

#if ServiceLifecycle
    public import ServiceLifecycle

    extension Client: Service {}
#endif
