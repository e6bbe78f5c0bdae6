public import PhotonPump
public import PhotonPumpSystem

/// What a projection has computed so far.
public struct ProjectionState<Value: Sendable>: Sendable {
    /// The state, or the result.
    public let value: Value
    /// How far the projection had read; nil if the server does not tell.
    public let position: ProjectionPosition?
}

extension Projections {
    /// A projection's state.
    ///
    /// ```swift
    /// struct Count: Decodable { let n: Int }
    /// let count = try await admin.projections.state(
    ///     of: "jumps", as: Count.self)
    /// ```
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - type: what the state is; ``JSONValue`` for whatever it is.
    ///   - partition: which of its states, if it has one for each stream or key; nil, the default, for the common one.
    ///   - decoder: decodes the state.
    ///   - options: the timeout and credentials of this call.
    /// - Returns: nil if there is none yet.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied`, or `unreadableReply` with the error of the decoder;
    ///   or `CancellationError`.
    public func state<Value: Decodable & Sendable>(
        of name: ProjectionName,
        as type: Value.Type = Value.self,
        partition: String? = nil,
        decoder: JSONDecoder = JSONDecoder(),
        options: CallOptions = CallOptions()
    ) async throws -> ProjectionState<Value>? {
        try await self.value("state", name, partition, decoder, options)
    }

    /// A projection's result: what it makes of its state for others, or the state itself if it does nothing to it.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - type: what the result is; ``JSONValue`` for whatever it is.
    ///   - partition: which of its results, if it has one for each stream or key; nil, the default, for the common one.
    ///   - decoder: decodes the result.
    ///   - options: the timeout and credentials of this call.
    /// - Returns: nil if there is none yet.
    /// - Throws: as ``state(of:as:partition:decoder:options:)``.
    public func result<Value: Decodable & Sendable>(
        of name: ProjectionName,
        as type: Value.Type = Value.self,
        partition: String? = nil,
        decoder: JSONDecoder = JSONDecoder(),
        options: CallOptions = CallOptions()
    ) async throws -> ProjectionState<Value>? {
        try await self.value("result", name, partition, decoder, options)
    }

    private func value<Value: Decodable & Sendable>(
        _ page: String, _ name: ProjectionName, _ partition: String?, _ decoder: JSONDecoder, _ options: CallOptions
    ) async throws -> ProjectionState<Value>? {
        let part = partition.map { " for '\($0)'" } ?? ""
        var request = try Self.request("get \(page)\(part) of projection '\(name)'", .get, name, page)
        if let partition { request.query = [("partition", partition)] }
        let answer = try await self.admin.ask(request, options)
        guard !answer.body.isEmpty else { return nil }
        let value = try self.admin.client.read(answer, request) { try decoder.decode(Value.self, from: Data($0)) }
        return ProjectionState(value: value, position: ProjectionPosition(header: answer.headers["es-position"]))
    }
}
