/// A part of a line, and how it looks on a terminal that has colours.
struct Span {
    enum Look: String {
        case plain = ""
        case bold = "1"
        case dim = "2"
        case yellow = "33"
        case cyan = "36"
    }

    let text: String
    let look: Look

    init(_ text: String, _ look: Look = .plain) {
        self.text = text
        self.look = look
    }

    /// The spans behind each other. What is in them commands no terminal.
    static func text(_ spans: [Span], _ colours: Colours) -> String {
        spans.reduce(into: "") { line, span in
            let text = Printable.line(span.text)
            let isPainted = colours.areOn && span.look != .plain && !text.isEmpty
            line += isPainted ? "\u{1B}[\(span.look.rawValue)m\(text)\u{1B}[0m" : text
        }
    }
}
