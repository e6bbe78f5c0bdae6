import Foundation

/// Prints the tour: what is called in one column, what came of it in the other.
struct Guide {
    private let json: Bool
    private let isTerminal = isatty(STDOUT_FILENO) != 0
    private static let callWidth = 62

    init(json: Bool) {
        self.json = json
    }

    func begin(_ title: String, _ subtitle: String) {
        self.say("\(self.bold(title)): \(subtitle)")
    }

    func chapter(_ title: String) {
        self.say("\n\(self.bold(title))")
    }

    /// A call and what it came to; further results are put below it.
    func show(_ call: String, _ results: String...) {
        if self.json {
            print(JSON.object([("call", .string(call)), ("result", .string(results.joined(separator: "; ")))]))
            return
        }
        let padding = String(repeating: " ", count: max(1, Self.callWidth - call.count))
        print("  \(self.dim(call))\(padding)\(results.first ?? "")")
        let indent = String(repeating: " ", count: Self.callWidth + 2)
        for result in results.dropFirst() { print("\(indent)\(result)") }
    }

    func end(_ farewell: String) {
        self.say("\n\(farewell)")
    }

    /// What is for people alone.
    private func say(_ text: String) {
        if !self.json { print(text) }
    }

    private func bold(_ text: String) -> String { self.isTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
    private func dim(_ text: String) -> String { self.isTerminal ? "\u{1B}[36m\(text)\u{1B}[0m" : text }
}
