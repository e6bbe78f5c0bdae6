internal import Synchronization

/// How many events a reading asks for at once. That sinks when the connection is lost again and again over the same page,
/// for servers close connections that more bytes wait for than they care to hold; and rises again when pages come.
final class PageLimit: Sendable {
    private struct State {
        /// How often the size was halved.
        var halvings = 0
        /// Connections lost in a row, without a page in between.
        var losses = 0
        /// Pages that have come since the size changed.
        var pages = 0

        mutating func halve() {
            self.halvings = min(self.halvings + 1, 12)
            self.pages = 0
        }
    }

    /// After so many pages of one size, twice as many events are asked for.
    private static let patience = 16

    private let state = Mutex(State())

    /// The part of `count` to ask for, 1 or more.
    func reduce(_ count: Int32) -> Int32 {
        max(1, count >> self.state.withLock { $0.halvings })
    }

    /// The connection was lost before a page had come. Once may have other reasons.
    func lost() {
        self.state.withLock { state in
            state.losses += 1
            if state.losses > 1 { state.halve() }
        }
    }

    /// A page has come.
    func answered() {
        self.state.withLock { state in
            state.losses = 0
            state.pages += 1
            guard state.halvings > 0, state.pages >= Self.patience else { return }
            state.halvings -= 1
            state.pages = 0
        }
    }

    /// A page was larger than its reader cares to hold.
    func wasTooLarge() {
        self.state.withLock { $0.halve() }
    }
}
