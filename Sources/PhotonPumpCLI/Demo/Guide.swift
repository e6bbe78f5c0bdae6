/// Prints the tour: what is called in one column, what came of it in the other.
struct Guide {
    private let json: Bool
    private let colours: Colours
    private static let callWidth = 62

    init(json: Bool, colours: Colours) {
        self.json = json
        self.colours = colours
    }

    func begin(_ title: String, _ subtitle: String) {
        self.say(Span(title, .bold), Span(": \(subtitle)"))
    }

    func chapter(_ title: String) {
        self.say()
        self.say(Span(title, .bold))
    }

    /// A call and what it came to; further results are put below it.
    func show(_ call: String, _ results: String...) {
        if self.json {
            Output.line(JSON.object([("call", .string(call)), ("result", .string(results.joined(separator: "; ")))]))
            return
        }
        let padding = String(repeating: " ", count: max(1, Self.callWidth - call.count))
        self.say(Span("  "), Span(call, .cyan), Span(padding + (results.first ?? "")))
        let indent = String(repeating: " ", count: Self.callWidth + 2)
        for result in results.dropFirst() { self.say(Span(indent + result)) }
    }

    func end(_ farewell: String) {
        self.say()
        self.say(Span(farewell))
    }

    /// What is for people alone.
    private func say(_ spans: Span...) {
        if !self.json { Output.line(spans, self.colours) }
    }
}
