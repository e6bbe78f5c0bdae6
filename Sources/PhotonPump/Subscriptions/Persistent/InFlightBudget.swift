/// How many events the server may push so that those in flight stay within a budget of bytes; pure.
///
/// The server counts events and knows no bytes. What it pushes beyond the budget is therefore left out, which leaves it to
/// the server, and as soon as no event is in flight the subscription connects anew with a lower limit: the server then
/// delivers again what was left out, to whichever consumer has room. Nothing that the consumer has is repeated.
struct InFlightBudget {
    /// Servers close a connection on which 10 MiB wait to be sent, so no more are asked for again than take less.
    private static let harmless = 8 << 20

    /// What was asked for.
    private let (events, bytes): (Int, Int)
    /// The number of events that the server may push on this connection.
    private(set) var limit: Int
    /// The number for the next connection, to be made as soon as no event is in flight; until then, none is taken.
    private(set) var next: Int?
    /// The events last settled that would all have fit together.
    private var fitting = (events: 0, bytes: 0)

    init(events: Int, bytes: Int) {
        (self.events, self.bytes, self.limit) = (events, bytes, events)
    }

    /// Whether there is room for an event besides those in flight. There is for one that is alone.
    mutating func hasRoom(for bytes: Int, besides held: (events: Int, bytes: Int)) -> Bool {
        guard self.next == nil else { return false }
        if held.events == 0 || held.bytes + bytes <= self.bytes { return true }
        self.next = held.events
        return false
    }

    /// An event is no longer in flight. After as many as were asked for, had all of them fit, there can be as many again.
    mutating func settled(_ bytes: Int) {
        guard self.limit < self.events, self.next == nil else { return }
        let total = self.fitting.bytes + bytes
        self.fitting = total <= min(self.bytes, Self.harmless) ? (self.fitting.events + 1, total) : (0, 0)
        if self.fitting.events == self.events { self.next = self.events }
    }

    /// The connection was lost soon after it was made. Servers close one on which too many bytes wait to be sent, so they
    /// may have been pushing more than it could take.
    mutating func narrow() {
        self.next = max(1, self.limit / 2)
    }

    /// There is a new connection.
    mutating func renew() {
        self.limit = self.next ?? self.limit
        self.next = nil
        self.fitting = (0, 0)
    }
}
