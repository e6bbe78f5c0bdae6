import Logging

@testable import EmbeddedEventStore

extension Logger {
    /// For tests in which warnings are part of the plan. That no line tells a password is a part of every test's.
    static let silent = Logger(label: "tests") { _ in DiscreetLogHandler() }
}

extension EmbeddedServer {
    /// The number of connections over TCP that there have been so far.
    var connectionsAccepted: Int { self.connections.connectionsAccepted }
}
