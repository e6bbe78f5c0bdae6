import Logging

extension Logger {
    /// For tests in which warnings are part of the plan.
    static let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
}
