internal import PhotonPumpSystem
internal import PhotonPumpTransport

/// A request for what servers offer over HTTP only.
package struct ServerRequest: Sendable {
    /// Says what a status means: a code, and a text for people; nil for the usual.
    package typealias Meaning = @Sendable (_ answer: ServerAnswer) -> (code: PhotonPumpError.Code, problem: String)?

    /// What the request is for, such as `get user 'pony'`; begins the texts of errors.
    package let operation: String
    package let method: HTTPMethod
    /// The components of the path, as they are.
    package let path: [String]
    package var query: [(name: String, value: String)] = []
    package var body: HTTPBody?
    /// The stream concerned, if any.
    package var stream: String?
    /// Whom to ask; nil for the configured server, or the master of the cluster.
    package var node: Endpoint?
    /// Whether another node than the one that is asked may answer, if it refers to that.
    package var followsRedirects = true
    package var answerLimit = 16 << 20
    package var meaning: Meaning = { _ in nil }
    /// What must not be seen in errors, whatever the server says.
    package var secrets: [String] = []
    /// Whether it can be repeated without taking effect twice.
    package var isSafeToRepeat = true

    package init(_ operation: String, _ method: HTTPMethod, _ path: [String]) {
        self.operation = operation
        self.method = method
        self.path = path
    }

    package var changesSomething: Bool { self.method != .get }

    /// From `/` on, including the query.
    var target: String {
        let query = self.query.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
        // A dollar sign has no meaning in a path, and servers compare that of `$current` as it is.
        return self.path.map { "/\(PercentEncoding.encode($0).replacing("%24", with: "$"))" }.joined()
            + (query.isEmpty ? "" : "?") + query.joined(separator: "&")
    }
}

/// The answer to a ``ServerRequest``.
package struct ServerAnswer: Sendable {
    package let status: Int
    /// By names in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    /// What the server says to people: its reason, where that is a member of an object, or all of it.
    package var words: String { self.reason ?? String(decoding: self.body.prefix(4000), as: UTF8.self) }

    /// The same, without these texts; of what is not a reason, which can have them in any form, nothing if there are some.
    func words(without secrets: [String]) -> String? {
        guard !secrets.isEmpty else { return self.words }
        return self.reason.flatMap { reason in secrets.contains(where: reason.contains) ? nil : reason }
    }

    private var reason: String? {
        struct Report: Decodable { let reason, error: String? }
        let report = try? JSONDecoder().decode(Report.self, from: Data(self.body))
        return [report?.reason, report?.error].compactMap { $0 }.first { !$0.isEmpty }
    }
}
