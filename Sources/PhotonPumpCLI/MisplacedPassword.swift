import ArgumentParser

/// Connection strings with passwords in places where `pump` does not expect them, and would repeat them in an error, ask
/// a server for a stream of that name, or log them.
enum MisplacedPassword {
    private static let options = ["--connect", "--target"]

    /// Looks for them everywhere but behind these options, and behind `--`, which nothing but names follow.
    ///
    /// - Parameter arguments: all of them, without the name of the program.
    /// - Throws: `ValidationError`, which tells where, and nothing of what is there.
    static func check(_ arguments: [String]) throws {
        var before = ""
        for (index, argument) in arguments.prefix(while: { $0 != "--" }).enumerated() {
            let isExpected = self.options.contains { before == $0 || argument.hasPrefix("\($0)=") }
            if !isExpected, self.isLikely(in: argument) {
                throw ValidationError(
                    """
                    argument \(index + 1) contains a password, as connection strings do; these go into a file for \
                    --connect-file, into $PHOTONPUMP_URL, or behind --connect
                    """)
            }
            before = argument
        }
    }

    private static func isLikely(in argument: String) -> Bool {
        // JSON is somebody's data, whatever it contains.
        let value = argument.drop { $0 != "=" }.dropFirst()
        guard !self.isJSON(argument[...]), !(argument.hasPrefix("-") && self.isJSON(value)) else { return false }
        // …://user:password@… and DefaultUserCredentials=…, as the .NET client has it.
        return argument.contains(/[A-Za-z]:\/\/[^@]*:.*@/.dotMatchesNewlines())
            || argument.contains(/default\s*user\s*credentials\s*=/.ignoresCase())
    }

    private static func isJSON(_ text: Substring) -> Bool {
        switch text.first {
        case "{", "[": true
        case "\"": text.count > 1 && text.last == "\""
        default: false
        }
    }
}
