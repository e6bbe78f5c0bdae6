internal import PhotonPumpSystem
internal import PhotonPumpTransport
internal import PhotonPumpWire

/// Makes requests to servers within this process.
struct MemoryGetter: HTTPGetter {
    let host: MemoryHost
    let environment: Environment

    func get(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard request.tls == nil else {
            throw HTTPFailure(description: "there is no TLS in memory", isPermanent: true)
        }
        let outcome = Outcome<HTTPResponse>()
        let executor = self.environment.executor(label: "photonpump.http")
        let limit = self.environment.timer(on: executor) {
            outcome.resolve(
                .failure(HTTPFailure(description: "no answer within \(request.timeout.words)", mayHaveArrived: true)))
        }
        limit.schedule(after: request.timeout)
        defer { withExtendedLifetime(limit) {} }
        do throws(SocketError) {
            try self.host.request(MemoryHTTP.Request(request), port: request.endpoint.port) { answer in
                self.host.carry(to: executor) {
                    outcome.resolve(
                        answer.map { .success(HTTPResponse($0)) }
                            ?? .failure(
                                HTTPFailure(description: "the server closed the connection", mayHaveArrived: true)))
                }
            }
        } catch {
            throw HTTPFailure(description: error.description)
        }
        return try await outcome.wait()
    }
}

extension MemoryHTTP.Request {
    fileprivate init(_ request: HTTPRequest) {
        var headers = ["Host": request.host]
        if let login = request.login {
            let credentials = Data("\(login.name):\(login.password)".utf8).base64EncodedString()
            headers["Authorization"] = "Basic \(credentials)"
        }
        headers["Content-Type"] = request.body?.type
        self.init(
            method: request.method.rawValue, path: request.path, headers: headers, body: request.body?.bytes ?? [])
    }
}

extension HTTPResponse {
    fileprivate init(_ answer: MemoryHTTP.Answer) {
        let headers = answer.headers.map { ($0.key.lowercased(), $0.value) }
        self.init(
            status: answer.status, headers: Dictionary(headers, uniquingKeysWith: { $1 }), body: answer.body)
    }
}
