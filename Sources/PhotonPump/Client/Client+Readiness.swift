internal import PhotonPumpTransport

extension Client {
    /// Whether this client can do its work at the moment, as an answer for a readiness probe.
    ///
    /// ```swift
    /// router.get("ready") { _, _ in
    ///     let readiness = await client.readiness
    ///     return Response(
    ///         status: readiness.isReady ? .ok : .serviceUnavailable)
    /// }
    /// ```
    /// A client is ready while it is connected and accepts calls. One that is idle, because it was not connected yet,
    /// is not: ``run()`` connects by itself, as does ``waitUntilConnected(timeout:)``.
    ///
    /// A server that falls silent without closing its connection is noticed after the interval and the timeout of the
    /// heartbeat (``Configuration/heartbeat``), 5.75 s by default. Until then the client is ready.
    public var readiness: Readiness {
        if self.isClosing { return Readiness(isReady: false, description: "closed, or about to be") }
        let status = self.status
        let node = status.endpoint.map { " to \($0)" } ?? ""
        if status.phase == .connected { return Readiness(isReady: true, description: "connected\(node)") }
        let reason = status.lastError.map { ": \($0)" } ?? ""
        return Readiness(isReady: false, description: "not connected\(node)\(reason)")
    }

    /// Returns when the client is connected, or at once if it is.
    ///
    /// Unlike ``connect()`` this does not end with the first failure, but keeps trying: for a program that may start
    /// before its server does, and for tests that have just started one.
    ///
    /// - Parameter timeout: how long to wait; nil, the default, for as long as it takes.
    /// - Returns: whether it is connected; false if the service group of the task shuts down before.
    /// - Throws: the reason of the last failure when the time is up, as ``connect()`` does;
    ///   ``PhotonPumpError/Code/clientClosed`` at once; or `CancellationError`.
    @discardableResult
    public nonisolated func waitUntilConnected(timeout: Duration? = nil) async throws -> Bool {
        let deadline = self.environment.now + min(timeout ?? CallTerms.longest, CallTerms.longest)
        do {
            try await GracefulShutdown.cancelling { try await self.keepConnecting(until: deadline) }
            return true
        } catch is CancellationError where GracefulShutdown.hasBegun && !Task.isCancelled {
            return false
        }
    }

    private func keepConnecting(until deadline: Environment.Instant) async throws {
        var attempts = 0
        while true {
            do {
                return try await self.connect(until: deadline)
            } catch let error as PhotonPumpError {
                attempts += 1
                let next = self.environment.now + self.context.backoff(attempts: attempts)
                guard error.code != .clientClosed, next < deadline else { throw error }
                try await self.environment.sleep(until: next)
            }
        }
    }
}

/// Whether a client, or a worker, can do its work at the moment: see ``Client/readiness`` and ``Worker/readiness``.
public struct Readiness: Sendable, Hashable, Encodable, CustomStringConvertible {
    /// Whether calls can be sent, or events are received.
    public let isReady: Bool
    /// What is known, for people: that there is a connection and to which node, or why there is none; or how far a worker
    /// is.
    public let description: String

    /// What a client would say, for tests without one.
    public init(isReady: Bool, description: String) {
        self.isReady = isReady
        self.description = description
    }
}
