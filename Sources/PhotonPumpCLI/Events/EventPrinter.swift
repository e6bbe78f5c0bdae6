import Foundation
import PhotonPump
import Synchronization

/// Prints events to stdout, one on a line, from any task.
final class EventPrinter: Sendable {
    private struct State {
        var json = EventJSON()
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

    private let isJSON: Bool
    private let isPrompt: Bool
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "pump.stdout")

    /// - Parameters:
    ///   - isJSON: whether to print one JSON object per line.
    ///   - isPrompt: whether each line is written when it is printed, as it always is at a terminal.
    init(json isJSON: Bool, isPrompt: Bool) {
        self.isJSON = isJSON
        self.isPrompt = isPrompt || isatty(STDOUT_FILENO) != 0
    }

    /// Prints events in large pieces. All that `body` has printed is written when this returns or throws, and while it
    /// waits for more.
    static func run(json: Bool, _ body: (EventPrinter) async throws -> Void) async throws {
        let printer = EventPrinter(json: json, isPrompt: false)
        do {
            try await body(printer)
        } catch {
            try printer.flush()
            throw error
        }
        try printer.flush()
    }

    /// - Throws: ``InputError`` when it, or what came before, could not be written.
    func print(_ event: ResolvedEvent) throws {
        try self.add { state in
            if self.isJSON {
                state.json.append(event, to: &state.lines)
            } else {
                state.lines.append(contentsOf: EventOutput.text(event).utf8)
            }
        }
    }

    /// - Throws: as ``print(_:)``.
    func print(_ parked: ParkedEvent) throws {
        try self.add { state in
            if self.isJSON {
                state.json.append(parked, to: &state.lines)
            } else {
                state.lines.append(contentsOf: EventOutput.text(parked).utf8)
            }
        }
    }

    private func add(_ append: (inout State) -> Void) throws {
        let isToBeAwaited = try self.state.withLock { state in
            append(&state)
            state.lines.append(UInt8(ascii: "\n"))
            if self.isPrompt || state.lines.count >= Self.pieceSize {
                try Self.write(&state)
                return false
            }
            defer { state.isAwaited = true }
            return !state.isAwaited
        }
        if isToBeAwaited { self.queue.asyncAfter(deadline: .now() + Self.patience) { self.flushLate() } }
    }

    private func flush() throws {
        try self.state.withLock { try Self.write(&$0) }
    }

    /// What goes wrong here is thrown when the next line is printed, or at the end.
    private func flushLate() {
        self.state.withLock { state in
            state.isAwaited = false
            try? Self.write(&state)
        }
    }

    private static func write(_ state: inout State) throws {
        if let failure = state.failure { throw failure }
        do throws(InputError) {
            try StandardStream.write(state.lines)
        } catch {
            state.failure = error
            throw error
        }
        state.lines.removeAll(keepingCapacity: true)
    }
}
