internal import NIOHTTP1

/// Something that the server can be asked over HTTP.
struct Route: Sendable {
    /// Throws ``HTTPRequest/MalformedBody``.
    typealias Page = @Sendable (isolated EmbeddedServer, HTTPRequest) throws -> HTTPAnswer

    /// Who may ask.
    enum Audience: Sendable {
        case everyone, users, operators, administrators
    }

    let method: HTTPMethod
    let audience: Audience
    let page: Page
    private let pattern: [Substring]

    /// - Parameter pattern: the path, in which `{name}` stands for a variable part.
    init(_ method: HTTPMethod, _ pattern: String, for audience: Audience, _ page: @escaping Page) {
        self.method = method
        self.pattern = pattern.split(separator: "/")
        self.audience = audience
        self.page = page
    }

    /// The variable parts of a path, by name; nil if it does not fit.
    func variables(of path: [String]) -> [String: String]? {
        guard path.count == self.pattern.count else { return nil }
        var variables: [String: String] = [:]
        for (part, expected) in zip(path, self.pattern) {
            if expected.hasPrefix("{") {
                variables[String(expected.dropFirst().dropLast())] = part
            } else if part != expected {
                return nil
            }
        }
        return variables
    }
}

extension Route.Audience {
    func includes(_ identity: Identity) -> Bool {
        switch self {
        case .everyone: true
        case .users: identity != .anonymous
        case .operators: identity.hasAny(of: [Identity.operators])
        case .administrators: identity.hasAny(of: [])
        }
    }
}

extension EmbeddedServer {
    /// The answer to a request. Logins are checked first, then whether there is such a page, then who may see it, as on real
    /// servers.
    func answer(_ request: HTTPRequest) -> HTTPAnswer {
        guard let role = self.role else { return HTTPAnswer(.serviceUnavailable) }
        // Until it has loaded its users, the server serves what is for everyone.
        let identity = role.loginsAtStart == nil ? self.identity(of: request) : .anonymous
        guard let identity else { return .unauthorized }
        let fitting: [(route: Route, variables: [String: String])] = Route.all.compactMap { route in
            request.path.flatMap { route.variables(of: $0) }.map { (route, $0) }
        }
        guard !fitting.isEmpty else { return HTTPAnswer(.notFound) }
        guard let (route, variables) = fitting.first(where: { $0.route.method == request.method }) else {
            let allowed = fitting.map(\.route.method.rawValue).joined(separator: ", ")
            return HTTPAnswer(.methodNotAllowed).with("Allow", allowed)
        }
        guard route.audience.includes(identity) else {
            return role.loginsAtStart == nil ? .unauthorized : HTTPAnswer(.serviceUnavailable)
        }
        var request = request
        request.variables = variables
        request.identity = identity
        do {
            return try route.page(self, request)
        } catch {
            return HTTPAnswer(.badRequest, text: "\(error)")
        }
    }

    /// This node's role in its cluster; nil while it is not running.
    var role: Role? { self.isRunning ? self.core.assumeIsolated { $0.membership.role(of: self.number) } : nil }

    /// Who asks; nil if the login is wrong.
    private func identity(of request: HTTPRequest) -> Identity? {
        switch request.credentials {
        case .none: .anonymous
        case .login(let login): self.core.assumeIsolated { $0.identity(of: login) }
        case .unreadable: nil
        }
    }
}
