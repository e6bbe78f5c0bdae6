internal import PhotonPumpWire

extension EmbeddedServer {
    /// The faults of this server: what goes wrong with it, for tests.
    ///
    /// ```swift
    /// let loss = try await server.faults.add(
    ///     .loseReply(to: .writeEvents, times: 1))
    /// …
    /// try await loss.waitForEffect()
    /// ```
    public nonisolated var faults: Faults { Faults(server: self) }

    /// The faults of a server. They stay in effect across its connections and restarts.
    public struct Faults: Sendable {
        let server: EmbeddedServer

        /// Adds a fault. It may strike before this returns; afterwards it is certain to.
        ///
        /// - Throws: ``EmbeddedServerError/Code/invalidFault`` if its numbers are invalid.
        @discardableResult
        public func add(_ fault: Fault) async throws(EmbeddedServerError) -> ActiveFault {
            try await self.server.add(fault)
        }

        /// Lifts all faults, each as ``EmbeddedServer/ActiveFault/lift()`` does.
        public func liftAll() async throws(EmbeddedServerError) {
            try await self.server.lift(nil)
        }
    }

    /// A fault that was added to a server.
    public struct ActiveFault: Sendable {
        let server: EmbeddedServer
        let id: FaultPlan.ID
        let record: FaultRecord

        /// How often it has struck.
        public var effectCount: Int { self.record.count }

        /// Returns as soon as the fault has struck `count` times; at once if it already has.
        ///
        /// - Throws: ``EmbeddedServerError/Code/faultIsOver`` if the fault is lifted first, or will not strike that
        ///   often; `CancellationError` if the task is cancelled.
        public func waitForEffect(count: Int = 1) async throws {
            try await self.record.wait(for: count)
        }

        /// Ends the fault. When this returns everything is back to normal, and replies that it held back are on their
        /// way. If the fault is over already, only those replies are sent.
        ///
        /// - Throws: ``EmbeddedServerError/Code/cannotListen`` if it was ``EmbeddedServer/Fault/refuseConnections`` and
        ///   the port can no longer be listened on.
        public func lift() async throws(EmbeddedServerError) {
            try await self.server.lift(self.id)
        }
    }

    /// Closes all connections, from the server's side.
    ///
    /// - Parameter abruptly: whether clients see their connections reset rather than closed.
    public func dropConnections(abruptly: Bool = false) {
        self.connections.drop(abruptly: abruptly)
    }

    /// Sends raw bytes to all clients: frames that no one has asked for, or no frames at all.
    public func send(_ bytes: [UInt8]) {
        self.connections.handle(.interjected(Bytes(bytes)))
    }

    /// Suspends the server, as a process that is stopped by a signal: connecting succeeds, but nothing that clients send
    /// is read or answered, over TCP or HTTP, and subscriptions fall silent. It can be stopped or killed meanwhile. If
    /// it is suspended already, or not running, nothing happens.
    ///
    /// A subscriber for whom more than ``Configuration/pendingSendLimit`` bytes collect meanwhile is disconnected.
    public func suspend() {
        self.suspend(electing: .immediate)
    }
}
