import Foundation
import PhotonPump
import PhotonPumpAdmin
import RecordedExchanges
import Testing

/// Every exchange that was recorded, by the call that makes it: the request is that of the recording, and the answer is
/// read, or is the error that it stands for.
@Suite("Recorded exchanges over HTTP", .timeLimit(.minutes(1)))
struct RecordedExchangesTests {
    @Test("recorded exchanges each have a call, or a reason why none makes it", arguments: RecordedExchange.versions)
    func complete(version: String) throws {
        let names = try RecordedExchange.all(with: version).map(\.name)
        #expect(names.count >= 128)
        #expect(Set(names).count == names.count)
        #expect(names.filter { RecordedCall.all[$0] == nil } == [])
        let unused = names.filter { if case .none? = RecordedCall.all[$0] { true } else { false } }
        #expect(unused.count <= 16, "\(unused)")
    }

    @Test("recorded exchanges are those that nothing else is in the table for")
    func exact() throws {
        let names = try RecordedExchange.versions.flatMap { try RecordedExchange.all(with: $0) }.map(\.name)
        #expect(Set(RecordedCall.all.keys).subtracting(names) == [])
    }

    @Test(
        "recorded exchanges are what the calls make, and their answers are read", arguments: RecordedExchange.versions)
    func replay(version: String) async throws {
        for exchange in try RecordedExchange.all(with: version) {
            guard case .call(let code, let call)? = RecordedCall.all[exchange.name] else { continue }
            let response = exchange.response
            let answer = AnswerServer.Answer(status: response.status, headers: response.headers, body: response.body)
            let (_, requests) = try await AnswerServer.run { _, _ in
                answer
            } _: { port in
                let admin = try Admin.tested(httpPort: port, as: exchange.request.user, password: "hunter2")
                guard response.status >= 300 else { return try await call(admin, exchange) }
                let error = try await failure { try await call(admin, exchange) }
                let expected = response.status == 401 ? .accessDenied : code ?? Self.codes[response.status]
                #expect(error.code == expected, "\(exchange): \(error)")
                if response.status != 404 || error.http != nil {
                    #expect(error.http?.status == response.status, "\(exchange)")
                    #expect(error.endpoint == "127.0.0.1:\(port)", "\(exchange)")
                }
                for secret in ["hunter2", "oats", "clover"] { #expect(!"\(error)".contains(secret), "\(error)") }
            }
            try Self.compare(requests, exchange)
        }
    }

    private static let codes: [Int: PhotonPumpError.Code] = [
        401: .accessDenied, 404: .notFound, 408: .serverTimeout, 409: .alreadyExists,
    ]

    private static func compare(_ requests: [AnswerServer.Request], _ exchange: RecordedExchange) throws {
        let request = try #require(requests.first, "\(exchange)")
        #expect(requests.count == 1, "\(exchange)")
        let recorded = exchange.request
        let target = try #require(URLComponents(string: recorded.path))
        #expect(request.method == recorded.method, "\(exchange)")
        #expect(request.path == target.path, "\(exchange)")
        // More than was recorded may be said, never less, nor anything else.
        for item in target.queryItems ?? [] { #expect(request.query[item.name] == item.value, "\(exchange)") }
        #expect(request.user == recorded.user, "\(exchange)")
        #expect(request.headers["accept"] == "application/json", "\(exchange)")
        #expect(request.headers["content-type"] == recorded.headers["Content-Type"], "\(exchange)")
        let body = recorded.body ?? ""
        if let object = try? JSONDecoder().decode(JSONValue.self, from: Data(body.utf8)) {
            #expect(try JSONDecoder().decode(JSONValue.self, from: Data(request.body.utf8)) == object, "\(exchange)")
        } else {
            #expect(request.body == body, "\(exchange)")
        }
    }
}
