internal import Synchronization

/// How many events a reading requests at once. The limit falls when the connection is lost repeatedly over the same
/// page, because servers close connections with too many bytes waiting to be sent. It rises again as pages arrive.
final class PageLimit: Sendable {
    private struct State {
        /// How often the size has been halved.
        var halvings = 0
        /// Connections lost in a row without a page in between.
        var losses = 0
        /// Pages that have arrived since the size changed.
        var pages = 0

        mutating func halve() {
            self.halvings = min(self.halvings + 1, 12)
            self.pages = 0
        }
    }

    /// After this many pages of one size, twice as many events are requested.
    private static let patience = 16

    private let state = Mutex(State())

    /// The number of events to request instead of `count`, 1 or more.
    func reduce(_ count: Int32) -> Int32 {
        max(1, count >> self.state.withLock { $0.halvings })
    }

    /// The connection was lost before a page arrived. A single loss may have other reasons.
    func lost() {
        self.state.withLock { state in
            state.losses += 1
            if state.losses > 1 { state.halve() }
        }
    }

    /// A page has arrived.
    func answered() {
        self.state.withLock { state in
            state.losses = 0
            state.pages += 1
            guard state.halvings > 0, state.pages >= Self.patience else { return }
            state.halvings -= 1
            state.pages = 0
        }
    }

    /// A page was larger than its reader wants to hold.
    func wasTooLarge() {
        self.state.withLock { $0.halve() }
    }
}
