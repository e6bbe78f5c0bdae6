internal import PhotonPumpTransport
internal import PhotonPumpWire
internal import Synchronization

/// What closing with patience waits for, besides calls: workers, which are tasks that process events until they are told
/// to stop; iterations, and calls that consist of several requests; and requests over HTTP.
extension Client {
    /// The workers that this task belongs to. Its calls are accepted even while the client is being closed, so that it can
    /// finish its work.
    @TaskLocal static var workers: [GUID] = []

    static var isAtWork: Bool { !self.workers.isEmpty }

    /// Whether it is closed, so that nothing more is handed out.
    nonisolated var isOver: Bool { self.intake.isClosed }

    /// Whether it is closed or about to be.
    nonisolated var isClosing: Bool { self.intake.isClosing }

    /// Whether a call that begins now is refused.
    nonisolated var isRefusing: Bool {
        self.isOver || (self.intake.isClosing && !Self.isAtWork)
    }

    /// Runs `body`. While the client drains, ``close(drainingFor:)`` calls `stop` and waits for `body` to return.
    nonisolated func work<Output: Sendable>(
        _ body: () async -> Output, stop: @escaping @Sendable (PhotonPumpError?) -> Void
    ) async -> Output {
        let id = self.nextID()
        await self.enrol(id, stop)
        let output = await Self.$workers.withValue(Self.workers + [id]) { await body() }
        await self.discharge(id)
        return output
    }

    private func enrol(_ id: GUID, _ stop: @escaping @Sendable (PhotonPumpError?) -> Void) {
        self.workers.enrol(id, stop)
        if self.intake.isClosing { stop(self.intake.isClosedByGroup ? self.closedError() : nil) }
    }

    private func discharge(_ id: GUID) {
        self.workers.discharge(id)
        self.lookWhetherDrained()
    }

    /// An iteration is advanced. New ones are refused while the client is being closed.
    nonisolated func advance(_ iteration: GUID) throws(PhotonPumpError) {
        if self.isRefusing, !self.intake.iterations.contains(iteration) {
            throw self.closedError("the client is closed")
        }
        self.intake.iterations.advance(iteration, by: .current)
    }

    nonisolated func end(_ iteration: GUID) {
        guard self.intake.iterations.end(iteration), self.intake.isClosing else { return }
        self.executor.run(here: false) { self.assumeIsolated { $0.lookWhetherDrained() } }
    }

    /// Makes a call that consists of several requests with these terms: while the client is being closed with patience, it
    /// can make those that are left.
    nonisolated func asOneCall<Output>(
        _ terms: CallTerms, _ body: (CallTerms) async throws -> Output
    ) async throws -> Output {
        // What is refused says so itself, better than this could.
        if self.isRefusing { return try await body(terms) }
        let id = self.nextID()
        self.intake.iterations.advance(id, by: .current)
        defer { self.end(id) }
        var terms = terms
        terms.isContinued = true
        return try await body(terms)
    }

    /// The same for a call that consists of other calls. Its first request may be sent a little later than by the caller
    /// itself.
    nonisolated func asOneCall<Output>(_ body: () async throws -> Output) async throws -> Output {
        if self.isRefusing { return try await body() }
        let id = self.nextID()
        self.intake.iterations.advance(id, by: .current)
        defer { self.end(id) }
        return try await Self.$workers.withValue(Self.workers + [id]) { try await body() }
    }
}
