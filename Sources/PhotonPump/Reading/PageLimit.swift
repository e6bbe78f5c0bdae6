internal import Synchronization

/// How many events a reading asks for at once. That sinks when the connection is lost again and again over the same page:
/// servers close connections that more bytes wait for than they care to hold.
final class PageLimit: Sendable {
    private struct State {
        /// How often the size was halved.
        var halvings = 0
        /// Connections lost in a row, without a page in between.
        var losses = 0
    }

    private let state = Mutex(State())

    /// The part of `count` to ask for, 1 or more.
    func reduce(_ count: Int32) -> Int32 {
        max(1, count >> self.state.withLock { $0.halvings })
    }

    /// The connection was lost before a page had come. Once may have other reasons.
    func lost() {
        self.state.withLock { state in
            state.losses += 1
            if state.losses > 1 { state.halvings = min(state.halvings + 1, 12) }
        }
    }

    /// A page has come.
    func answered() {
        self.state.withLock { $0.losses = 0 }
    }

    /// A page was larger than its reader cares to hold.
    func wasTooLarge() {
        self.state.withLock { $0.halvings = min($0.halvings + 1, 12) }
    }
}
