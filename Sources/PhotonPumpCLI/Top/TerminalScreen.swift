import Foundation
import Synchronization

/// The whole of a terminal, drawn again and again. What was on it before is there again afterwards, however the program
/// ends.
final class TerminalScreen: Sendable {
    /// What has to be restored at the end.
    private static let given = Mutex<termios?>(nil)

    private let input = StandardInput()

    /// - Throws: ``InputError`` if stdin is no terminal.
    init() throws {
        var given = termios()
        guard tcgetattr(STDIN_FILENO, &given) == 0 else { throw InputError("stdin is no terminal") }
        let settings = given
        Self.given.withLock { $0 = settings }
        var own = given
        // Keys come one by one, and are not shown. Suspending would leave the screen behind.
        own.c_lflag &= ~tcflag_t(ICANON | ECHO)
        withUnsafeMutableBytes(of: &own.c_cc) { $0[Int(VSUSP)] = 0 }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &own)
        // The other screen, without a cursor.
        Self.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    func draw(_ lines: [String]) {
        let (rows, columns) = Self.size
        var text = "\u{1B}[H"
        for (index, line) in lines.prefix(rows).enumerated() {
            if index > 0 { text += "\r\n" }
            text += Printable.line(line).prefix(columns) + "\u{1B}[K"
        }
        Self.write(text + "\u{1B}[J")
    }

    /// Waits until q is pressed, or the input ends.
    func waitForQuit() async throws {
        while let piece = try await self.input.nextPiece(), !piece.isEmpty {
            if piece.contains(where: { $0 == UInt8(ascii: "q") || $0 == UInt8(ascii: "Q") }) { return }
        }
        try Task.checkCancellation()
    }

    func close() { Self.restore() }

    /// Gives the terminal back, if a screen has taken it.
    static func restore() {
        self.given.withLock { given in
            guard var settings = given else { return }
            self.write("\u{1B}[?25h\u{1B}[?1049l")
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            given = nil
        }
    }

    private static var size: (rows: Int, columns: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_row > 0, size.ws_col > 0 else {
            return (24, 80)
        }
        return (Int(size.ws_row), Int(size.ws_col))
    }

    /// Where it fails there is nobody to see it.
    private static func write(_ text: String) {
        try? StandardStream.write(Array(text.utf8))
    }
}
