internal import Foundation
internal import NIOHTTP1

/// An answer with its whole body.
struct HTTPAnswer: Sendable {
    let status: HTTPResponseStatus
    /// A document in JSON, or nothing.
    let body: [UInt8]

    /// Without a body.
    init(_ status: HTTPResponseStatus) {
        self.status = status
        self.body = []
    }

    init(_ status: HTTPResponseStatus = .ok, json document: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let body = try? encoder.encode(document)
        // A document may have values that JSON has not.
        self.status = body == nil ? .internalServerError : status
        self.body = body.map { Array($0) } ?? []
    }
}
