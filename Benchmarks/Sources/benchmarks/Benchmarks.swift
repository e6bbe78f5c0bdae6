internal import Foundation

/// `benchmarks [--n N] [SCENARIO…]` runs these scenarios, or all of them, and prints for each its unit, how many of them
/// were measured, and the processor's time for each in microseconds. `benchmarks scale` prints how costs grow.
@main
struct Benchmarks {
    static let scenarios = encoding + decoding + calls + subscriptions

    /// Not async: the runtime ends the main thread of an async program as soon as it has begun, and valgrind crashes
    /// every now and then when that happens.
    static func main() {
        // The main thread is that of the main actor.
        Task.detached {
            do {
                try await Self.run(CommandLine.arguments.dropFirst())
                exit(0)
            } catch {
                FileHandle.standardError.write(Data("benchmarks: \(error)\n".utf8))
                exit(1)
            }
        }
        while true { sleep(.max) }
    }

    private static func run(_ arguments: ArraySlice<String>) async throws {
        if arguments.first == "scale" { return try await printScale() }
        var names = arguments
        var count: Int?
        if names.first == "--n" {
            count = names.dropFirst().first.flatMap { Int($0) }
            names = names.dropFirst(2)
            guard let count, count > 0 else { throw Unexpected(description: "--n takes a number") }
        }
        let chosen = try names.map { name in
            guard let scenario = (Self.scenarios + scaled).first(where: { $0.name == name }) else {
                throw Unexpected(description: "there is no scenario '\(name)'")
            }
            return scenario
        }
        for scenario in chosen.isEmpty ? Self.scenarios : chosen {
            let measurement = try await scenario.measured(count: count)
            let cost = measurement.processorSeconds / Double(measurement.count) * 1_000_000
            say("\(scenario.name) \(scenario.unit) \(measurement.count) \(String(format: "%.3f", cost))")
        }
    }
}

/// Prints a line at once, also where nobody looks.
func say(_ line: String) {
    FileHandle.standardOutput.write(Data("\(line)\n".utf8))
}
