import EmbeddedEventStore
import Foundation
import RecordedExchanges
import Testing

/// An exchange that a real server answered otherwise, and why.
struct HTTPDeviation: Sendable {
    enum Treatment: Sendable {
        case leftOut
        case statusOnly
        /// Whatever ours tells is told by the real one, in the same form.
        case partly
        /// Without the members of these names.
        case ignoring(Set<String>)
        /// Without the one of this name in a list.
        case lacking(String)
    }

    let name: String
    let reason: String
    let treatment: Treatment
    /// Nil for all.
    let version: String?

    init(_ name: String, _ reason: String, _ treatment: Treatment, only version: String? = nil) {
        (self.name, self.reason, self.treatment, self.version) = (name, reason, treatment, version)
    }

    var isLeftOut: Bool { if case .leftOut = self.treatment { true } else { false } }
}

/// Asks a server what a real one was asked, and compares the answers.
struct HTTPReplay {
    private let server: EmbeddedServer
    private let version: String
    private let deviations: [String: HTTPDeviation]
    private var comparison: HTTPComparison
    /// The exchanges that are said to be answered otherwise, and are not.
    private(set) var untrue: [String] = []

    init(_ server: EmbeddedServer, _ version: String, _ deviations: [HTTPDeviation]) {
        self.server = server
        self.version = version
        self.deviations = Dictionary(uniqueKeysWithValues: deviations.map { ($0.name, $0) })
        // Numbers that came later than 4.1.4.
        self.comparison = HTTPComparison(optional: version == "4.1.4" ? ["outstandingMessagesCount"] : [])
    }

    mutating func play(_ exchange: RecordedExchange) async throws {
        let deviation = self.deviations[exchange.name]
        let request = exchange.request
        let answer = try await self.server.ask(
            request.method, self.comparison.translated(request.path), as: Self.login(exchange), request.body)
        var mistakes = self.comparison.mistakes(in: answer, exchange.response)
        if let deviation {
            if mistakes.isEmpty { self.untrue.append(exchange.name) }
            mistakes = self.comparison.mistakes(in: answer, exchange.response, deviation.treatment)
        }
        #expect(mistakes.isEmpty, "\(self.version): \(exchange.name)")
    }

    /// Passwords are not recorded. Two logins of the user with a new password were refused as such: what the service itself
    /// refuses has a body in 4.1.4.
    private static func login(_ exchange: RecordedExchange) -> String? {
        guard let user = exchange.request.user else { return nil }
        if exchange.name.hasSuffix("wrong password") { return "\(user):wrong" }
        return user == "pony" ? "pony:hay" : "\(user):changeit"
    }
}

/// Compares an answer with a recorded one: members that differ from run to run by their form, all others by their value.
struct HTTPComparison {
    /// How a member is compared.
    private enum Rule {
        case id, date, number, address, version, position
    }

    private static let rules: [String: Rule] = [
        "correlationId": .id, "scavengeId": .id, "mergeIndexesId": .id, "instanceId": .id, "epochId": .id,
        "dateLastUpdated": .date, "timeStamp": .date, "startTime": .date,
        "averageItemsPerSecond": .number, "lastCommitPosition": .number, "writerCheckpoint": .number,
        "chaserCheckpoint": .number, "internalTcpPort": .number, "externalTcpPort": .number,
        "internalHttpPort": .number, "externalHttpPort": .number, "serverPort": .number,
        "version": .number, "epoch": .number, "partitionsCached": .number, "progress": .number,
        "eventsProcessedAfterRestart": .number, "coreProcessingTime": .number, "position": .position,
        "lastCheckpoint": .position, "from": .address, "esVersion": .version,
    ]
    /// Means nothing to clients.
    private static let unknown = "msgTypeId"

    /// Members that the recorded answer need not have.
    private let optional: Set<String>
    /// Our ids for the recorded ones.
    private var ids: [String: String] = [:]

    init(optional: Set<String>) {
        self.optional = optional
    }

    func translated(_ text: String) -> String {
        self.ids.reduce(text) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }

    mutating func mistakes(
        in answer: PlainAnswer, _ recorded: RecordedExchange.Response, _ treatment: HTTPDeviation.Treatment? = nil
    ) -> [String] {
        if case .leftOut = treatment { return [] }
        var mistakes: [String] = []
        if answer.status != recorded.status { mistakes.append("status \(answer.status), not \(recorded.status)") }
        if case .statusOnly = treatment { return mistakes }
        let own = Self.document(answer.text)
        var other = Self.document(self.translated(recorded.body))
        if case .lacking(let name) = treatment { other = Self.document(other, without: name) }
        if case .partly = treatment {
            mistakes += self.extraneous(own, other, "")
        } else {
            self.compare(own, other, "", &mistakes)
        }
        for (name, value) in recorded.headers where !(name == "Content-Type" && recorded.body.isEmpty) {
            let own = answer.headers[name.lowercased()]
            if !self.isSame(own ?? "", value) { mistakes.append("\(name): \(own ?? "none"), not \(value)") }
        }
        if case .ignoring(let names) = treatment {
            return mistakes.filter { mistake in !names.contains { mistake.hasPrefix(".\($0):") } }
        }
        return mistakes
    }

    /// Whether a header says the same; a position differs from run to run.
    private func isSame(_ own: String, _ recorded: String) -> Bool {
        let position = /^{"\$c":-?\d+,"\$p":-?\d+}$/
        return own == self.translated(recorded) || own.contains(position) && recorded.contains(position)
    }

    /// JSON, or the text itself.
    private static func document(_ text: String) -> Any {
        (try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)) ?? text
    }

    private static func document(_ document: Any, without name: String) -> Any {
        guard let members = document as? [String: [[String: Any]]] else { return document }
        return members.mapValues { $0.filter { $0["name"] as? String != name } }
    }

    private mutating func compare(_ own: Any, _ recorded: Any, _ path: String, _ mistakes: inout [String]) {
        switch (own, recorded) {
        case (let own as [String: Any], let recorded as [String: Any]):
            for name in Set(own.keys).union(recorded.keys).subtracting([Self.unknown]).sorted() {
                if recorded[name] == nil, self.optional.contains(name) { continue }
                guard let own = own[name], let recorded = recorded[name] else {
                    mistakes.append("\(path).\(name): \(own[name] == nil ? "missing" : "not recorded")")
                    continue
                }
                self.compare(own, recorded, name, path, &mistakes)
            }
        case (let own as [Any], let recorded as [Any]):
            if own.count != recorded.count { mistakes.append("\(path): \(own.count), not \(recorded.count)") }
            for (index, pair) in zip(Self.ordered(own), Self.ordered(recorded)).enumerated() {
                self.compare(pair.0, pair.1, "\(path)[\(index)]", &mistakes)
            }
        case (let own as String, let recorded as String) where Self.fits(own, .id) && Self.fits(recorded, .id):
            // A name that the server has made up.
            self.ids[recorded] = own
        default:
            if own as? NSObject != recorded as? NSObject { mistakes.append("\(path): \(own), not \(recorded)") }
        }
    }

    private mutating func compare(
        _ own: Any, _ recorded: Any, _ name: String, _ path: String, _ mistakes: inout [String]
    ) {
        guard let rule = Self.rules[name] else { return self.compare(own, recorded, "\(path).\(name)", &mistakes) }
        if case .id = rule, let own = own as? String, let recorded = recorded as? String { self.ids[recorded] = own }
        for value in [own, recorded] where !Self.fits(value, rule) {
            mistakes.append("\(path).\(name): \(value) is no \(rule)")
        }
    }

    private static func fits(_ value: Any, _ rule: Rule) -> Bool {
        let text = value as? String ?? ""
        switch rule {
        case .id: return UUID(uuidString: text) != nil
        case .date: return text.contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/)
        case .number: return value is NSNumber
        case .address: return text.hasPrefix("127.0.0.1:")
        case .position: return text.contains(/^(C:\d+\/P:-?\d+)?$/)
        case .version: return text.contains(/^\d+(\.\d+){3}$/)
        }
    }

    /// Groups and projections come in no particular order.
    private static func ordered(_ list: [Any]) -> [Any] {
        func name(_ element: Any) -> String {
            let members = element as? [String: Any]
            return "\(members?["eventStreamId"] ?? "") \(members?["groupName"] ?? members?["name"] ?? "")"
        }
        return list.enumerated()
            .sorted { (name($0.element), $0.offset) < (name($1.element), $1.offset) }
            .map(\.element)
    }

    /// What ours has and the recorded one has not, or in another form.
    private func extraneous(_ own: Any, _ recorded: Any, _ path: String) -> [String] {
        guard let own = own as? [String: Any], let recorded = recorded as? [String: Any] else {
            let isAlike = own is String && recorded is String || own is NSNumber && recorded is NSNumber
            return isAlike ? [] : ["\(path): \(own), not like \(recorded)"]
        }
        return own.keys.sorted().flatMap { name in
            self.extraneous(own[name] ?? "", recorded[name] ?? NSNull(), "\(path).\(name)")
        }
    }
}
