public import PhotonPump
internal import PhotonPumpSystem

extension Projections {
    /// Creates a projection that goes on with new events.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - query: its text.
    ///   - language: what the text is written in; JavaScript by default.
    ///   - isEnabled: whether it runs at once.
    ///   - emits: whether it may write events.
    ///   - tracksEmittedStreams: whether it notes which streams it writes to, so that they can be deleted with it. Only
    ///     one that `emits` may.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `alreadyExists`, `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func createContinuous(
        _ name: ProjectionName,
        query: String,
        language: ProjectionQuery.Language = .javaScript,
        isEnabled: Bool = true,
        emits: Bool = false,
        tracksEmittedStreams: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws {
        let flags = [
            ("enabled", isEnabled), ("emit", emits), ("trackemittedstreams", tracksEmittedStreams),
        ]
        _ = try await self.create("continuous", name, query, language, flags, options)
    }

    /// Creates a query that is kept when it has come to its end.
    ///
    /// - Parameters:
    ///   - name: its name; nil, the default, for one that the server chooses. If a call without a name is repeated there
    ///     may be two queries.
    ///   - query: its text.
    ///   - language: what the text is written in; JavaScript by default.
    ///   - isEnabled: whether it runs at once.
    ///   - writesCheckpoints: whether it goes on from where it was when the server restarts.
    ///   - emits: whether it may write events. Only one that writes checkpoints may.
    ///   - tracksEmittedStreams: whether it notes which streams it writes to, so that they can be deleted with it.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Returns: its name.
    /// - Throws: as ``createContinuous(_:query:language:isEnabled:emits:tracksEmittedStreams:options:)``.
    @discardableResult
    public func createOneTime(
        _ name: ProjectionName? = nil,
        query: String,
        language: ProjectionQuery.Language = .javaScript,
        isEnabled: Bool = true,
        writesCheckpoints: Bool = false,
        emits: Bool = false,
        tracksEmittedStreams: Bool = false,
        options: CallOptions = CallOptions()
    ) async throws -> ProjectionName {
        let flags = [
            ("enabled", isEnabled), ("checkpoints", writesCheckpoints), ("emit", emits),
            ("trackemittedstreams", tracksEmittedStreams),
        ]
        return try await self.create("onetime", name, query, language, flags, options)
    }

    /// Creates a query that the server drops some time after it has come to its end, and when it restarts. Every user may
    /// do this.
    ///
    /// ``run(_:as:name:language:decoder:options:)`` creates one, and waits for its result.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - query: its text.
    ///   - language: what the text is written in; JavaScript by default.
    ///   - isEnabled: whether it runs at once.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``createContinuous(_:query:language:isEnabled:emits:tracksEmittedStreams:options:)``.
    public func createTransient(
        _ name: ProjectionName,
        query: String,
        language: ProjectionQuery.Language = .javaScript,
        isEnabled: Bool = true,
        options: CallOptions = CallOptions()
    ) async throws {
        _ = try await self.create("transient", name, query, language, [("enabled", isEnabled)], options)
    }

    private func create(
        _ mode: String, _ name: ProjectionName?, _ query: String, _ language: ProjectionQuery.Language,
        _ flags: [(name: String, value: Bool)], _ options: CallOptions
    ) async throws -> ProjectionName {
        let operation = "create projection\(name.map { " '\($0)'" } ?? "")"
        if let name { try Admin.check(name.description, of: "projection", operation) }
        let isOn = Dictionary(flags.map { ($0.name, $0.value) }) { first, _ in first }
        if isOn["trackemittedstreams"] == true, isOn["emit"] == false {
            throw PhotonPumpError(
                .invalidArgument, "only a projection that emits tracks emitted streams", during: operation)
        }
        if isOn["emit"] == true, isOn["checkpoints"] == false {
            throw PhotonPumpError(.invalidArgument, "only a query that writes checkpoints emits", during: operation)
        }
        var request = ServerRequest(operation, .post, ["projections", mode])
        request.query =
            (name.map { [("name", $0.description)] } ?? []) + [("type", language.description)]
            + flags.map { ($0.name, Self.flag($0.value)) }
        request.body = HTTPBody(type: language.contentType, Array(query.utf8))
        request.isSafeToRepeat = name != nil
        request.meaning = { answer in
            switch answer.status {
            case 404: (.notFound, "the server runs no projections")
            case 409: (.alreadyExists, "there is a projection of this name already")
            default: nil
            }
        }
        struct Created: Decodable { let name: String }
        return ProjectionName(try await self.admin.ask(request, as: Created.self, options).name)
    }

    /// Replaces the text of a projection. One that runs goes on with the new text.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - query: the new text.
    ///   - language: what the text is written in; nil, the default, for the same as before.
    ///   - emits: whether it may write events; nil, the default, for the same as before.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func updateQuery(
        of name: ProjectionName,
        to query: String,
        language: ProjectionQuery.Language? = nil,
        emits: Bool? = nil,
        options: CallOptions = CallOptions()
    ) async throws {
        var request = try Self.request("update query of projection '\(name)'", .put, name, "query")
        if let language { request.query.append(("type", language.description)) }
        if let emits { request.query.append(("emit", Self.flag(emits))) }
        request.body = HTTPBody(
            type: (language ?? .javaScript).contentType, Array(query.utf8))
        try await self.admin.ask(request, options)
    }

    /// Replaces all of a projection's configuration. Change what ``configuration(of:options:)`` returns, so that nothing
    /// else is lost.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - configuration: the new one.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: `PhotonPumpError`, such as `wrongState` if it has to be stopped first, `invalidArgument`, `notFound` or
    ///   `accessDenied`; or `CancellationError`.
    public func updateConfiguration(
        of name: ProjectionName, to configuration: ProjectionConfiguration, options: CallOptions = CallOptions()
    ) async throws {
        var request = try Self.request("update configuration of projection '\(name)'", .put, name, "config")
        if let problem = configuration.problem {
            throw PhotonPumpError(.invalidArgument, problem, during: request.operation)
        }
        request.body = try .json(configuration)
        try await self.admin.ask(request, options)
    }
}
