internal import PhotonPumpWire

/// What is read page by page: knows how to ask for a page, and where the next one is.
protocol PageSource: Sendable {
    /// A place to read from.
    associatedtype Cursor: Sendable
    associatedtype Element: Sendable
    /// What a read comes to.
    associatedtype Output: Sendable

    /// Where to begin; nil where there can be nothing to read.
    var start: Cursor? { get }
    /// How each single read is made.
    var options: ReadOptions { get }

    /// The conversation that reads the page at `cursor`.
    func exchange(
        at cursor: Cursor, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) -> any OpenExchange

    func page(_ output: Output) -> Page<Element, Cursor>
}

/// Elements that were read together.
struct Page<Element: Sendable, Cursor: Sendable>: Sendable {
    /// There may be none although it is not the end.
    let elements: [Element]
    /// Where the next page is; nil at the end.
    let next: Cursor?
}

/// How to read.
struct ReadOptions: Sendable {
    let resolveLinks: Bool
    let call: CallOptions

    var requireMaster: Bool { self.call.requireMaster ?? false }
}
