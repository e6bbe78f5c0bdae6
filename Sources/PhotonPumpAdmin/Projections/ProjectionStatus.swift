/// What a projection is doing, as its server says it: one state, or several such as `Completed/Stopped/Writing results`.
public struct ProjectionStatus: Sendable, Hashable {
    /// One of the states. More may be added, so a `switch` over them needs a `default`.
    public enum State: Sendable, Hashable {
        /// Its definition is being written.
        case creating
        /// Its definition is being read.
        case loading
        case loaded
        /// It is being set up to run.
        case preparing
        case prepared
        case starting
        /// Its state is being read although it does not run.
        case loadingStopped
        case running
        case stopping
        case aborting
        /// It does not run, and goes on from its last checkpoint when it is enabled.
        case stopped
        /// A query has come to its end.
        case completed
        /// It was stopped without a checkpoint.
        case aborted
        /// It failed; ``Projection/reason`` says why.
        case faulted
        /// It is being deleted.
        case deleting
        /// A query has come to its end, and its results are being written.
        case writingResults
        /// It reads no events for now, because too many wait to be handled.
        case paused
        /// One that this library does not know, in the server's words.
        case other(String)
    }

    /// The server's words.
    public let description: String
    /// All that the server says, one or more: first the projection's own, and then what was last heard of its work, which
    /// can be older.
    public let states: [State]
    /// Whether it is marked as enabled although it does not run: it will when the server starts again.
    public let isMarkedEnabled: Bool

    /// The first of the ``states``.
    public var state: State { self.states.first ?? .other("") }

    /// From a server's words.
    public init(_ text: String) {
        let mark = " (Enabled)"
        self.description = text
        self.isMarkedEnabled = text.hasSuffix(mark)
        self.states = (self.isMarkedEnabled ? text.dropLast(mark.count) : text[...])
            .split(separator: "/").map { State(String($0)) }
    }

    /// Whether the state is reached. The first state is the projection's; what follows is what was last heard of its work,
    /// and can be older. A query that has come to its end is stopped, too, and neither before its results are written.
    func hasReached(_ state: State) -> Bool {
        switch (self.state, state) {
        case (.completed, .completed), (.completed, .stopped): !self.states.contains(.writingResults)
        default: self.state == state
        }
    }
}

extension ProjectionStatus: CustomStringConvertible {}

extension ProjectionStatus.State {
    private static let known: [(name: String, state: Self)] = [
        ("Creating", .creating), ("Loading", .loading), ("Loaded", .loaded), ("Preparing", .preparing),
        ("Prepared", .prepared), ("Starting", .starting), ("LoadingStopped", .loadingStopped), ("Running", .running),
        ("Stopping", .stopping), ("Aborting", .aborting), ("Stopped", .stopped), ("Completed", .completed),
        ("Aborted", .aborted), ("Faulted", .faulted), ("Deleting", .deleting), ("Writing results", .writingResults),
        ("Paused", .paused),
    ]

    init(_ name: String) {
        self = Self.known.first { $0.name == name }?.state ?? .other(name)
    }
}

extension ProjectionStatus.State: CustomStringConvertible {
    /// The server's word for it.
    public var description: String {
        if case .other(let name) = self { return name }
        return Self.known.first { $0.state == self }?.name ?? ""
    }
}
