import Foundation

/// Where a password comes from that no other user of the machine may see: a file, or who sits at the terminal, or a line of
/// stdin.
enum PasswordSource {
    /// - Parameters:
    ///   - file: a file that only its owner can read; nil to ask.
    ///   - prompt: what to ask for at a terminal.
    static func read(file: String?, prompt: String) async throws -> String {
        if let file { return try SecretFile(path: file).line }
        guard isatty(STDIN_FILENO) != 0 else { return try await self.line() }
        var given = termios()
        guard tcgetattr(STDIN_FILENO, &given) == 0 else { throw InputError("the terminal cannot be asked") }
        var silent = given
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &given) }
        ProgressLine.note("\(prompt):")
        let password = try await self.line()
        // Nobody sees what is typed.
        ProgressLine.note("\(prompt) again:")
        guard try await self.line() == password else { throw InputError("these were different passwords") }
        return password
    }

    private static func line() async throws -> String {
        // At a terminal, what is typed comes line by line.
        var lines = InputLines(limit: 64 << 10)
        if let line = try await lines.next() {
            return lines.withBytes(of: line) { String(decoding: $0, as: UTF8.self) }
        }
        try Task.checkCancellation()
        throw InputError("there is no line with a password on stdin")
    }
}
