// Reads a member of an optional by a key path, in which the standard library copies a value onto a part of itself.
struct ID {
    var high: UInt64
    var low: UInt64
}

struct Event {
    var id: ID
}

struct Record {
    var number: Int
    var event: Event?
}

let ids = [Record(number: 1, event: Event(id: ID(high: 2, low: 3)))].map(\.event?.id)
precondition(ids[0]?.low == 3)
