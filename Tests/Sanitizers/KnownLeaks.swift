// What LeakSanitizer takes for a leak in a global variable, and what Foundation leaks. The argument says which.
import Foundation

/// The bits of a case are in the same word as the address of what comes with it.
indirect enum Filter {
    case types([String])
    case not(Filter)
    case streams(String, Int)
}

enum Filters {
    static let own = Filter.not(.types(["a"]))
}

func runProcess() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    process.waitUntilExit()
}

switch CommandLine.arguments.last {
case "global": print(Filters.own)
default: for _ in 0..<3 { try runProcess() }
}
