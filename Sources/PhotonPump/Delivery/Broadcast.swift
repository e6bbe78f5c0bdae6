internal import PhotonPumpWire
internal import Synchronization

/// Tells any number of readers what happens: each in the order in which it was noted, from when it began to read.
///
/// Whoever decides what happens notes it while its state is locked, so that the order is that of the decisions, and calls
/// ``tell()`` once it is not: a reader whose task is just being cancelled holds a lock of its own.
final class Broadcast<Element: Sendable>: Sendable {
    private struct Reader {
        let tell: @Sendable (Element) -> Void
        let finish: @Sendable () -> Void
    }

    private struct State {
        var readers: [Int: Reader] = [:]
        var nextReader = 0
        /// What was noted and not told yet.
        var calls: [@Sendable () -> Void] = []
        var isTelling = false
        /// What happened last of all, of which readers who come later are told.
        var lastWord: Element?
    }

    /// How much a reader that is slow can leave unread; after that it misses the oldest.
    private static var bufferSize: Int { 100 }

    private let isLast: @Sendable (Element) -> Bool
    private let state = Mutex(State())

    /// - Parameter isLast: whether nothing happens after this.
    init(endsWith isLast: @escaping @Sendable (Element) -> Bool) {
        self.isLast = isLast
    }

    deinit {
        let state = self.state.withLock { $0 }
        for call in state.calls { call() }
        for (_, reader) in state.readers.inOrder { reader.finish() }
    }

    var readerCount: Int { self.state.withLock { $0.readers.count } }

    /// What happens from now on, in the reader's words. It ends with the broadcast.
    func stream<Word: Sendable>(_ word: @escaping @Sendable (Element) -> Word) -> AsyncStream<Word> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Word.self, bufferingPolicy: .bufferingNewest(Self.bufferSize))
        let reader = Reader(tell: { continuation.yield(word($0)) }, finish: { continuation.finish() })
        let (id, lastWord) = self.state.withLock { state in
            state.nextReader += 1
            if state.lastWord == nil { state.readers[state.nextReader] = reader }
            return (state.nextReader, state.lastWord)
        }
        if let lastWord {
            reader.tell(lastWord)
            reader.finish()
        } else {
            continuation.onTermination = { [weak self] _ in
                // It is deallocated only after the lock is open again.
                _ = self?.state.withLock { $0.readers.removeValue(forKey: id) }
            }
        }
        return stream
    }

    /// Of what happens last, readers who come later are told as well.
    func note(_ element: Element) {
        self.state.withLock { state in
            let readers = state.readers.inOrder.map(\.value)
            for reader in readers { state.calls.append { reader.tell(element) } }
            guard self.isLast(element) else { return }
            for reader in readers { state.calls.append { reader.finish() } }
            (state.readers, state.lastWord) = ([:], element)
        }
    }

    /// Tells the readers what was noted. If that is being done already, whoever does it goes on with the rest.
    func tell() {
        while true {
            let calls = self.state.withLock { state -> [@Sendable () -> Void] in
                guard !state.isTelling else { return [] }
                state.isTelling = !state.calls.isEmpty
                defer { state.calls = [] }
                return state.calls
            }
            guard !calls.isEmpty else { return }
            for call in calls { call() }
            self.state.withLock { $0.isTelling = false }
        }
    }
}
