internal import PhotonPumpWire

extension EmbeddedServer {
    /// What goes wrong with this server.
    ///
    /// ```swift
    /// let loss = try await server.faults.add(.loseReply(to: .writeEvents, times: 1))
    /// …
    /// try await loss.waitForEffect()
    /// ```
    public nonisolated var faults: Faults { Faults(server: self) }

    /// The faults of a server. They outlast its connections and its restarts.
    public struct Faults: Sendable {
        let server: EmbeddedServer

        /// Adds a fault; it may strike before this returns, and has to from then on.
        ///
        /// - Throws: ``EmbeddedServerError/Code/invalidFault`` when its numbers make no sense.
        @discardableResult
        public func add(_ fault: Fault) async throws(EmbeddedServerError) -> ActiveFault {
            try await self.server.add(fault)
        }

        /// Ends all faults, as ``EmbeddedServer/ActiveFault/lift()`` does with one.
        public func liftAll() async throws(EmbeddedServerError) {
            try await self.server.lift(nil)
        }
    }

    /// A fault that has been added to a server.
    public struct ActiveFault: Sendable {
        let server: EmbeddedServer
        let id: FaultPlan.ID
        let record: FaultRecord

        /// How often it has struck.
        public var effectCount: Int { self.record.count }

        /// Returns as soon as the fault has struck `count` times, at once if it has.
        ///
        /// - Throws: ``EmbeddedServerError/Code/faultIsOver`` when it has been lifted, or has struck as often as it
        ///   says, before that; `CancellationError` when the task is cancelled.
        public func waitForEffect(count: Int = 1) async throws {
            try await self.record.wait(for: count)
        }

        /// Ends the fault: everything is as usual when this returns, and what was kept back is on its way. A fault that
        /// is over stays so, but what it keeps back is sent.
        ///
        /// - Throws: ``EmbeddedServerError/Code/cannotListen`` when it was ``EmbeddedServer/Fault/refuseConnections``
        ///   and the port cannot be listened on any more.
        public func lift() async throws(EmbeddedServerError) {
            try await self.server.lift(self.id)
        }
    }

    /// Closes all connections, from the server's side.
    ///
    /// - Parameter abruptly: whether the clients see their connections reset instead of closed.
    public func dropConnections(abruptly: Bool = false) {
        for (id, connection) in self.connections {
            if abruptly { connection.reset() }
            self.end(id, .fault)
        }
    }

    /// Sends bytes as they are to all clients: frames that nobody has asked for, or what is none.
    public func send(_ bytes: [UInt8]) {
        for id in self.connections.keys { self.handle(.interjected(Bytes(bytes)), on: id) }
    }

    private func add(_ fault: Fault) async throws(EmbeddedServerError) -> ActiveFault {
        try fault.validate()
        let (id, record) = self.injector.add(fault)
        if fault.kind == .refuseConnections { try await self.listenUnlessRefusing() }
        return ActiveFault(server: self, id: id, record: record)
    }

    private func lift(_ fault: FaultPlan.ID?) async throws(EmbeddedServerError) {
        self.injector.remove(fault)
        for id in self.connections.keys { self.handle(.lifted(fault), on: id) }
        try await self.listenUnlessRefusing()
    }
}
