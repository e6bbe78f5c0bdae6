internal import Foundation
internal import PhotonPumpWire

/// Decides which events match a filtered read, from the record in the log: links are not followed.
struct EventFilter {
    private enum Test {
        case expression(NSRegularExpression)
        case prefixes([Bytes])
    }

    private let context: Filter.Context
    private let test: Test

    /// - Throws: if the filter is invalid: an unknown kind, nothing to compare with, or an invalid expression.
    init(_ filter: Filter) throws(MalformedMessage) {
        guard [.streamID, .eventType].contains(filter.context) else {
            throw MalformedMessage("Filter", "context \(filter.context.rawValue) means nothing")
        }
        guard !filter.data.isEmpty else { throw MalformedMessage("Filter", "data is empty") }
        self.context = filter.context
        switch filter.kind {
        case .prefix: self.test = .prefixes(filter.data.map { Bytes(utf8: $0) })
        case .regex: self.test = .expression(try Self.expression(filter.data))
        default: throw MalformedMessage("Filter", "type \(filter.kind.rawValue) means nothing")
        }
    }

    private static func expression(_ data: [String]) throws(MalformedMessage) -> NSRegularExpression {
        guard data.count == 1 else { throw MalformedMessage("Filter", "data has \(data.count) expressions") }
        do {
            return try NSRegularExpression(pattern: data[0])
        } catch {
            throw MalformedMessage("Filter", "'\(data[0])' is no regular expression")
        }
    }

    func fits(_ record: EventRecord) -> Bool {
        let subject = self.context == .streamID ? record.stream : record.type
        switch self.test {
        case .prefixes(let prefixes):
            return prefixes.contains { $0.count <= subject.count && subject.slice(0..<$0.count) == $0 }
        case .expression(let expression):
            let text = subject.text
            return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
        }
    }
}
