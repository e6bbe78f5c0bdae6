internal import Foundation
internal import PhotonPumpWire

/// Decides which events match a filtered read, from the record in the log: links are not followed. It does so in limited
/// time, whatever the filter and the events are.
struct EventFilter {
    private enum Test {
        case expression(NSRegularExpression)
        case prefixes([Bytes])
    }

    private static let expressionLimit = 4_096
    private static let prefixLimit = 1_000
    /// How much of a name or type an expression is compared with, in UTF-16 code units.
    private static let textLimit = 1_000

    private var effort = FilterEffort()
    private let context: Filter.Context
    private let test: Test

    /// - Throws: if the filter is invalid: an unknown kind, nothing or too much to compare with, or an invalid expression.
    init(_ filter: Filter) throws(MalformedMessage) {
        guard [.streamID, .eventType].contains(filter.context) else {
            throw MalformedMessage("Filter", "context \(filter.context.rawValue) means nothing")
        }
        guard !filter.data.isEmpty else { throw MalformedMessage("Filter", "data is empty") }
        guard filter.data.count <= Self.prefixLimit else {
            throw MalformedMessage("Filter", "data has more than \(Self.prefixLimit) entries")
        }
        self.context = filter.context
        switch filter.kind {
        case .prefix: self.test = .prefixes(filter.data.map { Bytes(utf8: $0) })
        case .regex: self.test = .expression(try Self.expression(filter.data))
        default: throw MalformedMessage("Filter", "type \(filter.kind.rawValue) means nothing")
        }
    }

    private static func expression(_ data: [String]) throws(MalformedMessage) -> NSRegularExpression {
        guard data.count == 1 else { throw MalformedMessage("Filter", "data has \(data.count) expressions") }
        guard data[0].utf8.count <= Self.expressionLimit else {
            throw MalformedMessage("Filter", "the expression is longer than \(Self.expressionLimit) bytes")
        }
        do {
            return try NSRegularExpression(pattern: data[0])
        } catch {
            throw MalformedMessage("Filter", "'\(data[0])' is no regular expression")
        }
    }

    mutating func fits(_ record: EventRecord) -> Bool {
        let subject = self.context == .streamID ? record.stream : record.type
        switch self.test {
        case .prefixes(let prefixes):
            return prefixes.contains { $0.count <= subject.count && subject.slice(0..<$0.count) == $0 }
        case .expression(let expression):
            // No UTF-16 code unit takes more bytes than this.
            return self.fits(subject.slice(0..<min(subject.count, 4 * Self.textLimit)).text, expression)
        }
    }

    /// Whether the expression took too long with the events so far; no event fits any more.
    var isSpent: Bool { self.effort.isSpent }

    private mutating func fits(_ text: String, _ expression: NSRegularExpression) -> Bool {
        guard !self.isSpent else { return false }
        var effort = self.effort
        effort.eventBegins()
        var fits = false
        let range = NSRange(location: 0, length: min(text.utf16.count, Self.textLimit))
        expression.enumerateMatches(in: text, options: .reportProgress, range: range) { match, _, stop in
            if match != nil { fits = true } else { effort.spend() }
            stop.pointee = ObjCBool(fits || effort.isSpent)
        }
        self.effort = effort
        return fits
    }
}
