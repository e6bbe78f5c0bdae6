import Foundation

/// Stdout, line by line. Nothing else of `pump` prints to it, apart from ``EventPrinter``: whatever is in a line, such as
/// a name that somebody else has chosen, a terminal shows it, and obeys none of it.
enum Output {
    static func line(_ text: String) {
        print(Printable.line(text))
    }

    static func line(_ json: JSON) {
        self.line("\(json)")
    }

    static func lines(_ lines: [String]) {
        for line in lines { self.line(line) }
    }

    static func line(_ spans: [Span], _ colours: Colours) {
        print(Span.text(spans, colours))
    }
}
