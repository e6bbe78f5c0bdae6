import ArgumentParser

/// A word in a command's place that is none.
struct UnknownCommand {
    /// What others call some commands.
    private static let otherNames = [
        "append": "publish", "follow": "tail", "iter": "read", "subscribe": "tail", "subscription": "group",
        "subscriptions": "group", "write": "publish",
    ]

    private let word: String
    /// What comes before it.
    private let path: [String]
    /// The commands that could stand in its place.
    private let names: [String]

    /// Looks for the first one.
    ///
    /// - Parameter arguments: all of them, without the name of the program.
    /// - Returns: nil if there is none.
    static func find(in arguments: [String]) -> UnknownCommand? {
        var path = ["pump"]
        var command: any ParsableCommand.Type = Pump.self
        var isValue = false
        for argument in arguments {
            if argument.hasPrefix("-") || isValue {
                // What is wrong with another option comes first.
                guard isValue || GlobalOptions.isName(argument) else { return nil }
                isValue = !isValue && GlobalOptions.namesWithValues.contains(argument)
                continue
            }
            let subcommands = command.configuration.subcommands
            if subcommands.isEmpty || argument == "help" { return nil }
            let names = subcommands.map { $0._commandName }
            guard let index = names.firstIndex(of: argument) else {
                return UnknownCommand(word: argument, path: path, names: names)
            }
            path.append(argument)
            command = subcommands[index]
        }
        return nil
    }

    /// The commands that may have been meant, each in full.
    private var suggestions: [String] {
        let prefix = self.path.joined(separator: " ")
        let distances = self.names.map { (name: $0, distance: self.word.editDistance(to: $0)) }
        if let nearest = distances.map(\.distance).min(), nearest <= min(2, self.word.count / 2) {
            return distances.filter { $0.distance == nearest }.map { "\(prefix) \($0.name)" }
        }
        guard self.path.count == 1 else { return [] }
        if let name = Self.otherNames[self.word] { return ["\(prefix) \(name)"] }
        // `pump delete` is one of several.
        return Pump.configuration.subcommands.flatMap { command in
            command.configuration.subcommands.filter { $0._commandName == self.word }
                .map { "\(prefix) \(command._commandName) \($0._commandName)" }
        }
    }

    /// The error to end with.
    var error: ValidationError {
        let suggestions = self.suggestions.map { "'\($0)'" }
        let place = self.path.joined(separator: " ")
        guard let last = suggestions.last else {
            let names = self.names.joined(separator: ", ")
            return ValidationError("'\(place)' has no command '\(self.word)', but \(names)")
        }
        let others = suggestions.dropLast().joined(separator: ", ")
        return ValidationError(
            "'\(place)' has no command '\(self.word)'. Did you mean \(others.isEmpty ? "" : "\(others) or ")\(last)?")
    }
}

extension String {
    /// How many letters have to be added, left out or changed to get from one to the other, after Levenshtein.
    fileprivate func editDistance(to other: String) -> Int {
        let letters = Array(other)
        var row = Array(0...letters.count)
        for (index, letter) in self.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, another) in letters.enumerated() {
                let changed = diagonal + (letter == another ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, min(diagonal, row[column]) + 1)
            }
        }
        return row[letters.count]
    }
}
