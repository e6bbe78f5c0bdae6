import ArgumentParser
import Foundation

/// Whether what goes to stdout has colours.
struct Colours {
    /// What `--color` takes.
    enum Choice: String, ExpressibleByArgument, CaseIterable {
        case auto, always, never
    }

    let areOn: Bool

    /// By default a terminal has them, unless the environment says that it has none, or that they are not wanted.
    init(_ choice: Choice, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.areOn =
            switch choice {
            case .always: true
            case .never: false
            case .auto:
                isatty(STDOUT_FILENO) != 0 && environment["NO_COLOR", default: ""].isEmpty
                    && environment["TERM"] != "dumb"
            }
    }
}
