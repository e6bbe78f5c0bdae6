/// How far something is in what a subscription follows: the number of an event in a stream, or a position in the log.
struct CatchUpPlace: Hashable, Comparable, Sendable {
    /// The number, or the commit position: where the end is, servers tell no more precisely.
    let main: Int64
    /// The prepare position; 0 of a number.
    private let sub: Int64

    init(number: Int64) {
        (self.main, self.sub) = (number, 0)
    }

    init(_ position: Position) {
        (self.main, self.sub) = (position.commit, position.prepare)
    }

    /// The event number that this is.
    var number: Int64 { self.main }

    /// The position that this is.
    var position: Position { Position(commit: self.main, prepare: self.sub) }

    static func < (a: Self, b: Self) -> Bool {
        (a.main, a.sub) < (b.main, b.sub)
    }
}

/// Converts the places that users see, event numbers or positions, to those used internally, and back.
struct SubscriptionPlace<Place: Hashable & Sendable>: Sendable {
    let inside: @Sendable (Place) -> CatchUpPlace
    let outside: @Sendable (CatchUpPlace) -> Place
}

extension SubscriptionPlace<Int64> {
    static let number = SubscriptionPlace(inside: { CatchUpPlace(number: $0) }, outside: { $0.number })
}

extension SubscriptionPlace<Position> {
    static let position = SubscriptionPlace(inside: { CatchUpPlace($0) }, outside: { $0.position })
}
