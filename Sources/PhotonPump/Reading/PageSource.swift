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
    ///
    /// - Parameter count: the most events that are wanted, 1 or more; the page has no more.
    func exchange(
        at cursor: Cursor, atMost count: Int, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Output, any Error>) -> Void
    ) -> Exchange

    func page(_ output: Output) -> Page<Element, Cursor>
}

/// Elements that were read together.
struct Page<Element: Sendable, Cursor: Sendable>: Sendable {
    /// May be empty even if this is not the end.
    let elements: [Element]
    /// How many events they are.
    let count: Int
    /// Where the next page is; nil at the end.
    let next: Cursor?

    /// - Parameter count: as many as there are elements, unless given.
    init(elements: [Element], count: Int? = nil, next: Cursor?) {
        self.elements = elements
        self.count = count ?? elements.count
        self.next = next
    }
}

/// Options of a read.
struct ReadOptions: Sendable {
    let resolveLinks: Bool
    let call: CallOptions
    /// The most events to read in all; nil for all there are.
    var limit: Int?
    /// Whether a stream that does not exist has no events, instead of being an error.
    var missingIsEmpty = false

    var requireMaster: Bool { self.call.requireMaster ?? false }
}
