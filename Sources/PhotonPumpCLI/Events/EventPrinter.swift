import Foundation
import PhotonPump
import Synchronization

/// Prints events to stdout, one on a line, from any task.
final class EventPrinter: Sendable {
    /// How events look.
    struct Style {
        /// Whether to print one JSON object per line.
        let isJSON: Bool
        /// Whether a line for people begins with the time.
        var hasTimes = false
        let colours: Colours
    }

    private struct State {
        var json = EventJSON()
        var timestamps = Timestamps()
        /// What has to be written yet; never much more than a piece.
        var lines: [UInt8] = []
        /// Whether somebody will write it in any case.
        var isAwaited = false
        /// Why the last piece could not be written.
        var failure: InputError?
    }

    /// Larger pieces than a pipe has room for are not written faster.
    private static let pieceSize = 64 << 10
    /// How long a line may wait for others when it is not printed at once.
    private static let patience = DispatchTimeInterval.milliseconds(10)

    private let style: Style
    private let isPrompt: Bool
    private let progress: ProgressLine?
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "pump.stdout")

    /// - Parameters:
    ///   - isPrompt: whether each line is written when it is printed, as it always is at a terminal.
    ///   - progress: what counts the events, and may be where they are printed.
    init(_ style: Style, isPrompt: Bool, progress: ProgressLine? = nil) {
        self.style = style
        self.isPrompt = isPrompt || isatty(STDOUT_FILENO) != 0
        self.progress = progress
    }

    /// Prints events in large pieces. All that `body` has printed is written when this returns or throws, and while it
    /// waits for more.
    static func run(
        _ style: Style, progress: ProgressLine? = nil, _ body: (EventPrinter) async throws -> Void
    ) async throws {
        let printer = EventPrinter(style, isPrompt: false, progress: progress)
        do {
            try await body(printer)
        } catch {
            try printer.flush()
            throw error
        }
        try printer.flush()
    }

    /// - Throws: ``InputError`` when it, or what came before, could not be written.
    func print(_ event: some PrintedEvent) throws {
        self.progress?.add()
        let isToBeAwaited = try self.state.withLock { state in
            self.append(event, to: &state)
            if self.isPrompt || state.lines.count >= Self.pieceSize {
                try self.write(&state)
                return false
            }
            defer { state.isAwaited = true }
            return !state.isAwaited
        }
        if isToBeAwaited { self.queue.asyncAfter(deadline: .now() + Self.patience) { self.flushLate() } }
    }

    private func append(_ event: some PrintedEvent, to state: inout State) {
        if self.style.isJSON {
            event.append(to: &state.lines, &state.json)
        } else {
            var spans = event.spans
            if self.style.hasTimes {
                spans.insert(Span("\(state.timestamps.text(event.received.created))  ", .dim), at: 0)
            }
            state.lines.append(contentsOf: Span.text(spans, self.style.colours).utf8)
        }
        state.lines.append(UInt8(ascii: "\n"))
    }

    private func flush() throws {
        try self.state.withLock { try self.write(&$0) }
    }

    /// What goes wrong here is thrown when the next line is printed, or at the end.
    private func flushLate() {
        self.state.withLock { state in
            state.isAwaited = false
            try? self.write(&state)
        }
    }

    private func write(_ state: inout State) throws {
        if let failure = state.failure { throw failure }
        if state.lines.isEmpty { return }
        self.progress?.erase()
        do throws(InputError) {
            try StandardStream.write(state.lines)
        } catch {
            state.failure = error
            throw error
        }
        state.lines.removeAll(keepingCapacity: true)
    }
}
