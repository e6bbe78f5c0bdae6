public import PhotonPump
public import PhotonPumpSystem
internal import PhotonPumpTransport

extension Projections {
    /// Waits until a projection has reached a state: looks after 50 ms and then less and less often, down to once a
    /// second. A server that does not answer for a while is asked again.
    ///
    /// - Parameters:
    ///   - name: the projection's name.
    ///   - state: what to wait for. `completed` is reached when the results are written, too.
    ///   - options: the credentials, and the time limit for the state to be reached.
    /// - Returns: the projection as it then is.
    /// - Throws: `PhotonPumpError`: `timedOut` with the state that it is in, `wrongState` with the reason if it is faulted,
    ///   `notFound` if there is none of this name (any longer), `accessDenied`; or `CancellationError`.
    @discardableResult
    public func wait(
        for name: ProjectionName, until state: ProjectionStatus.State, options: CallOptions = CallOptions()
    ) async throws -> Projection {
        let operation = "wait until projection '\(name)' is \(state)"
        let environment = self.admin.client.environment
        let patience = self.admin.timeout(options)
        let deadline = environment.now + patience
        var (watch, options) = (StatusWatch(state), options)
        var (seen, failure): (ProjectionStatus?, PhotonPumpError?)
        // The first look decides whether the options are valid.
        repeat {
            do {
                let projection = try await self.status(of: name, options: options)
                (seen, failure) = (projection.status, nil)
                switch watch.verdict(projection) {
                case .reached: return projection
                case .missed(let reason): throw PhotonPumpError(.wrongState, reason, during: operation)
                case .open: break
                }
            } catch let error as PhotonPumpError where StatusWatch.mayPass(error) {
                failure = error
            }
            try await environment.sleep(for: min(watch.nextPause(), max(.zero, deadline - environment.now)))
            options.timeout = deadline - environment.now
        } while options.timeout.map { $0 > .zero } ?? false
        throw PhotonPumpError(
            .timedOut, "not within \(patience.words)\(seen.map { "; it is \($0)" } ?? "")", during: operation,
            underlying: failure)
    }

    /// Runs a query to its end, and returns its result. What the server has of it is deleted afterwards; what a call that
    /// is cancelled leaves behind, the server drops after a while.
    ///
    /// - Parameters:
    ///   - query: its text.
    ///   - type: what the result is; ``JSONValue`` for whatever it is.
    ///   - name: what to call it; nil, the default, for a name that nothing else has.
    ///   - language: what the text is written in; JavaScript by default.
    ///   - decoder: decodes the result.
    ///   - options: the credentials, and the time limit for the result. Deleting the query can take some seconds more.
    /// - Returns: nil if there is none, because no event has led to one.
    /// - Throws: `PhotonPumpError`: `wrongState` with the reason if the query fails, `timedOut`, `accessDenied`,
    ///   `alreadyExists`, or `unreadableReply` with the error of the decoder; or `CancellationError`.
    public func run<Value: Decodable & Sendable>(
        _ query: String,
        as type: Value.Type = Value.self,
        name: ProjectionName? = nil,
        language: ProjectionQuery.Language = .javaScript,
        decoder: JSONDecoder = JSONDecoder(),
        options: CallOptions = CallOptions()
    ) async throws -> Value? {
        let environment = self.admin.client.environment
        let deadline = environment.now + self.admin.timeout(options)
        let (isOurs, name) = (name == nil, name ?? ProjectionName("query-\(environment.newID())"))
        var options = options
        var isCreated = false
        let result: Result<Value?, any Error>
        do {
            try await self.createTransient(name, query: query, language: language, options: options)
            isCreated = true
            options.timeout = max(.milliseconds(1), deadline - environment.now)
            try await self.wait(for: name, until: .completed, options: options)
            options.timeout = max(.milliseconds(1), deadline - environment.now)
            let found = try await self.result(of: name, as: type, decoder: decoder, options: options)
            result = .success(found?.value)
        } catch {
            // It may be there although there was no answer.
            if isOurs, (error as? PhotonPumpError)?.mayHaveBeenApplied ?? false { isCreated = true }
            result = .failure(error)
        }
        guard isCreated else { return try result.get() }
        // What fails of this the server does later.
        options.timeout = .seconds(2)
        if case .failure = result { try? await self.abort(name, options: options) }
        try? await self.delete(name, options: options)
        return try result.get()
    }
}
