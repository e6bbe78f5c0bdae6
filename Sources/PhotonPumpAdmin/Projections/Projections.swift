public import PhotonPump

/// The projections of a server.
///
/// Servers run them only with `--run-projections=All` or `=System`; without, all calls fail with `notFound`.
public struct Projections: Sendable {
    let admin: Admin

    /// Which projections to list.
    public enum Selection: String, Sendable, CaseIterable {
        case all = "any"
        /// All but ad-hoc queries.
        case allButTransient = "all-non-transient"
        case transient
        case oneTime = "onetime"
        case continuous
    }

    // MARK: What there is

    /// The projections, in the server's order.
    ///
    /// - Parameters:
    ///   - selection: which ones; all by default.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func list(
        _ selection: Selection = .all, options: CallOptions = CallOptions()
    ) async throws -> [Projection] {
        var request = ServerRequest("list projections", .get, ["projections", selection.rawValue])
        request.meaning = Self.meaning(.notFound, "the server runs no projections")
        return try await self.admin.ask(request, as: ProjectionList.self, options).projections
    }

    /// What one projection is doing.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: `PhotonPumpError`, such as `notFound`, `accessDenied` or `connectionFailed`; or `CancellationError`.
    public func status(of name: ProjectionName, options: CallOptions = CallOptions()) async throws -> Projection {
        let request = try Self.request("get status of projection '\(name)'", .get, name)
        return try await self.admin.ask(request, as: Projection.self, options)
    }

    /// What one projection is doing, as ``status(of:options:)``, in each of the parts that a server may run it in.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``status(of:options:)``.
    public func statistics(
        of name: ProjectionName, options: CallOptions = CallOptions()
    ) async throws -> [Projection] {
        let request = try Self.request("get statistics of projection '\(name)'", .get, name, "statistics")
        return try await self.admin.ask(request, as: ProjectionList.self, options).projections
    }

    /// The text of a projection.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``status(of:options:)``.
    public func queryText(of name: ProjectionName, options: CallOptions = CallOptions()) async throws -> String {
        let request = try Self.request("get query of projection '\(name)'", .get, name, "query")
        return String(decoding: try await self.admin.ask(request, options).body, as: UTF8.self)
    }

    /// The text of a projection, and what the server has understood of it.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call.
    /// - Throws: as ``status(of:options:)``.
    public func query(of name: ProjectionName, options: CallOptions = CallOptions()) async throws -> ProjectionQuery {
        var request = try Self.request("get definition of projection '\(name)'", .get, name, "query")
        request.query = [("config", "yes")]
        return try await self.admin.ask(request, as: ProjectionQuery.self, options)
    }

    /// How a projection writes, and how often it remembers how far it has come.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - options: the timeout and credentials of this call. Operators and administrators may do this.
    /// - Throws: as ``status(of:options:)``.
    public func configuration(
        of name: ProjectionName, options: CallOptions = CallOptions()
    ) async throws -> ProjectionConfiguration {
        let request = try Self.request("get configuration of projection '\(name)'", .get, name, "config")
        return try await self.admin.ask(request, as: ProjectionConfiguration.self, options)
    }

    private struct ProjectionList: Decodable {
        let projections: [Projection]
    }

    // MARK: Requests

    /// A request about one projection.
    ///
    /// - Throws: `invalidArgument`.
    static func request(
        _ operation: String, _ method: HTTPMethod, _ name: ProjectionName, _ page: String...
    ) throws -> ServerRequest {
        try Admin.check(name.description, of: "projection", operation)
        var request = ServerRequest(operation, method, ["projection", name.description] + page)
        request.meaning = Self.meaning(.notFound, "there is no such projection")
        return request
    }

    /// What answers mean: nothing of this name, or that a projection's state does not allow something.
    static func meaning(_ missing: PhotonPumpError.Code, _ problem: String) -> ServerRequest.Meaning {
        { answer in
            switch answer.status {
            case 404: (missing, problem)
            // Whatever is wrong has this status; only the text tells what.
            case 500 where answer.words.contains("hasn't been stopped"):
                (.wrongState, "the projection is not stopped: disable it, and wait until it is")
            case 500 where answer.words.contains("Cannot stop a projection in the"):
                (.wrongState, "the projection is not there yet: wait until it has another state")
            case 500 where answer.words.contains("System Projections"):
                (.wrongState, "it is one of the server's own projections, which can only be disabled")
            default: nil
            }
        }
    }

    static func flag(_ value: Bool) -> String { value ? "yes" : "no" }
}
