internal import Foundation
internal import NIOHTTP1

/// An answer with its whole body.
struct HTTPAnswer: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    let body: [UInt8]
    /// Whether the server stops after it.
    var stopsServer = false

    /// Without a body.
    init(_ status: HTTPResponseStatus) {
        self.status = status
        self.headers = [:]
        self.body = []
    }

    init(_ status: HTTPResponseStatus = .ok, json document: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        guard let body = try? encoder.encode(document) else {
            // A document may have values that JSON has not.
            self.init(.internalServerError)
            return
        }
        self.init(status, body: Array(body), type: "application/json")
    }

    init(_ status: HTTPResponseStatus = .ok, text: String, type: String = "text/plain") {
        self.init(status, body: Array(text.utf8), type: type)
    }

    private init(_ status: HTTPResponseStatus, body: [UInt8], type: String) {
        self.status = status
        self.headers = ["Content-Type": "\(type); charset=utf-8"]
        self.body = body
    }

    /// For a login that is wrong, missing, or of somebody who may not do this.
    static var unauthorized: Self { Self(.unauthorized).challenging() }

    /// With the demand for a login that goes with 401.
    func challenging() -> Self { self.with("WWW-Authenticate", #"BasicCustom realm="ES""#) }

    func with(_ header: String, _ value: String) -> Self {
        var answer = self
        answer.headers.replaceOrAdd(name: header, value: value)
        return answer
    }

    /// Not to be kept by anyone between here and the client.
    var uncached: Self { self.with("Cache-Control", "max-age=0, no-cache, must-revalidate") }
}
