import Foundation
import Synchronization

/// One line on stderr that says how far a long command is, renewed every second while stderr is a terminal.
final class ProgressLine: Sendable {
    private static let isShown = isatty(STDERR_FILENO) != 0
    private static let erasure = "\r\u{1B}[K"

    private let events = Atomic(0)

    /// Has an event printed to stdout, where the line may have been, and counts it.
    func counting(_ print: () throws -> Void) rethrows {
        if Self.isShown { Self.write(Self.erasure) }
        try print()
        self.events.wrappingAdd(1, ordering: .relaxed)
    }

    /// Prints a line to stderr, where the progress may have been.
    static func note(_ text: String) {
        Self.write((Self.isShown ? Self.erasure : "") + text + "\n")
    }

    /// Runs `body`, and shows the line until it ends.
    ///
    /// - Parameter state: what else there is to say, such as the lag.
    func show(
        _ state: @escaping @Sendable () -> String, during body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard Self.isShown else { return try await body() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var before = 0
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    let now = self.events.load(ordering: .relaxed)
                    Self.write("\(Self.erasure)\(now) events, \(now - before)/s, \(state())")
                    before = now
                }
                Self.write(Self.erasure)
            }
            defer { group.cancelAll() }
            try await body()
        }
    }

    private static func write(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
