internal import Synchronization

/// The page size of one reading, which its pages have in common.
final class PageSizer: Sendable {
    private let state: Mutex<PageSize>

    /// - Parameter target: the bytes that a page should take at most.
    init(target: Int? = nil) {
        self.state = Mutex(target.map { PageSize(target: $0) } ?? PageSize())
    }

    /// The number of events that was asked for last.
    var asked: Int { Int(self.state.withLock { $0.asked }) }

    func ask(_ count: Int32) -> Int32 { self.state.withLock { $0.ask(count) } }
    func arrived(events: Int, bytes: Int) { self.state.withLock { $0.arrived(events: events, bytes: bytes) } }
    func wasTooLarge(bytes: Int) -> Bool { self.state.withLock { $0.wasTooLarge(bytes: bytes) } }
    func lost() { self.state.withLock { $0.lost() } }
}
