internal import PhotonPumpWire

/// Something that is read page by page: knows how to request a page, and where the next one is.
protocol PageSource: Sendable {
    /// A position to read from.
    associatedtype Cursor: Sendable
    associatedtype Element: Sendable
    /// The result of a read.
    associatedtype Output: Sendable

    /// Where to begin; nil if there can be nothing to read.
    var start: Cursor? { get }
    /// The options of each single read.
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
    /// May be empty even if this is not the end.
    let elements: [Element]
    /// Where the next page is; nil at the end.
    let next: Cursor?
}

/// Options of a read.
struct ReadOptions: Sendable {
    let resolveLinks: Bool
    let call: CallOptions

    var requireMaster: Bool { self.call.requireMaster ?? false }
}
