public import ServiceLifecycle

extension Client: Service {
    /// Waits until the service group that it runs in shuts down, and then closes the client as ``close(drainingFor:)``
    /// does, with ten seconds for calls in progress, handlers and checkpoints.
    ///
    /// ```swift
    /// let group = ServiceGroup(services: [client, worker], gracefulShutdownSignals: [.sigterm], logger: logger)
    /// try await group.run()
    /// ```
    /// A group shuts down in reverse order: list the client before the services that use it. <doc:RunningInAService> shows
    /// such a service. The client can be used before this is called; its first call connects.
    ///
    /// If the task is cancelled, the client is closed at once.
    public func run() async {
        do {
            try await gracefulShutdown()
            await self.close(drainingFor: .seconds(10))
        } catch {
            // The task was cancelled.
            self.close()
        }
    }
}
