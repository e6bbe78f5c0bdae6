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

/// Waiting refers weakly to the thread's run loop, which then has a record of that, whose address it holds shifted.
func waitElsewhere() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/true")
    try process.run()
    let hasWaited = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        process.waitUntilExit()
        hasWaited.signal()
        // The run loop is the thread's, and has to be there at the end.
        Thread.sleep(forTimeInterval: 60)
    }
    hasWaited.wait()
}

switch CommandLine.arguments.last {
case "global": print(Filters.own)
case "wait": try waitElsewhere()
default: for _ in 0..<3 { try runProcess() }
}
