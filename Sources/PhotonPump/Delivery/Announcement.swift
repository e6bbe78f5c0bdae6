/// Something to announce, among the actions of a machine.
struct Announcement<Change: Sendable>: Equatable, Sendable {
    let change: Change

    init(_ change: Change) {
        self.change = change
    }

    /// Changes are the same if they say the same: errors are part of them.
    static func == (one: Self, other: Self) -> Bool { "\(one.change)" == "\(other.change)" }
}
