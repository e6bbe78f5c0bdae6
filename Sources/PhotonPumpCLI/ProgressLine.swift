import Foundation
import Synchronization

/// One line on stderr that says how far a long command is, renewed every second while stderr is a terminal.
final class ProgressLine: Sendable {
    static let isShown = isatty(STDERR_FILENO) != 0
    private static let erasure = "\r\u{1B}[K"

    private let events = Atomic(0)

    /// Counts events.
    func add(_ count: Int = 1) {
        self.events.wrappingAdd(count, ordering: .relaxed)
    }

    /// Makes room for what is printed to stdout, where the line may be.
    func erase() {
        if Self.isShown { Self.write(Self.erasure) }
    }

    /// Prints a line to stderr, where the progress may have been.
    static func note(_ text: String) {
        Self.write((Self.isShown ? Self.erasure : "") + Printable.line(text) + "\n")
    }

    /// Runs `body`, and shows the line until it ends.
    ///
    /// - Parameter state: what else there is to say, such as the lag; nothing if it is empty.
    func show(
        _ state: @escaping @Sendable () -> String, during body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard Self.isShown else { return try await body() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var before = 0
                while (try? await Task.sleep(for: .seconds(1))) != nil {
                    let now = self.events.load(ordering: .relaxed)
                    let words = ["\(now) events", "\(now - before)/s", state()].filter { !$0.isEmpty }
                    Self.write(Self.erasure + Printable.line(words.joined(separator: ", ")))
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
