import PhotonPumpTransport

/// What happened in a trial, in numbers.
package struct Tally: Sendable, Equatable {
    /// What must not be; a trial without any is passed.
    package internal(set) var complaints: [String] = []
    /// Calls that ended how: `ok`, or with which error.
    package internal(set) var outcomes: [String: Int] = [:]
    /// What was done to the cluster, how often.
    package internal(set) var deeds: [String: Int] = [:]
    /// How often an event was seen anywhere, and handed to a subscriber or worker.
    package internal(set) var seen = 0
    package internal(set) var delivered = 0
    package internal(set) var written = 0
    /// Events whose writers do not know whether they are there.
    package internal(set) var uncertain = 0
    /// Runs of subscriptions, workers and clients.
    package internal(set) var subscriptions = 0
    package internal(set) var clients = 0
    package internal(set) var connections = 0
    package internal(set) var longestCall = Duration.zero
    /// The longest that anybody who kept calling had no answer.
    package internal(set) var longestOutage = Duration.zero
    /// How long everything stood still.
    var standstill = Duration.zero

    package init() {}

    package var calls: Int { self.outcomes.values.reduce(0, +) }
    package var kills: Int { self.deeds["kills"] ?? 0 }
    /// Calls, and events handed out by subscriptions.
    package var operations: Int { self.calls + self.delivered }

    /// Adds those of another trial.
    package mutating func add(_ other: Tally) {
        self.complaints += other.complaints
        self.outcomes.merge(other.outcomes, uniquingKeysWith: +)
        self.deeds.merge(other.deeds, uniquingKeysWith: +)
        self.seen += other.seen
        self.delivered += other.delivered
        self.written += other.written
        self.uncertain += other.uncertain
        self.subscriptions += other.subscriptions
        self.clients += other.clients
        self.connections += other.connections
        self.longestCall = max(self.longestCall, other.longestCall)
        self.longestOutage = max(self.longestOutage, other.longestOutage)
    }
}

extension Tally: CustomStringConvertible {
    /// A few lines.
    package var description: String {
        """
        \(self.calls) calls: \(Self.list(self.outcomes)); the longest took \(self.longestCall.words), and the longest \
        without an answer was \(self.longestOutage.words)
        \(self.written) events written, \(self.uncertain) perhaps; \(self.delivered) handed out by \
        \(self.subscriptions) subscriptions; \(self.clients) clients, of which those that stayed \
        connected \(self.connections) times
        \(Self.list(self.deeds))
        """
    }

    private static func list(_ counts: [String: Int]) -> String {
        counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
            .joined(separator: ", ")
    }
}
