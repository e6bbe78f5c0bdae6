/// How far there is to go, where the pages that are read do not tell; pure.
struct CatchUpOutlook {
    /// Whoever cannot answer is not asked with every page.
    private static let mostFailures = 3

    /// Where it ended when that was last asked.
    private(set) var end: CatchUpPlace?
    private var isAsking = false
    private var failures = 0
    /// The pages read without coming to the end.
    private var pages = 0

    /// A page was read.
    ///
    /// - Returns: whether to ask for the end now: nothing is known to lie behind the page, and it is not the first, after
    ///   which there is often nothing more.
    mutating func mustAsk(after page: CatchUpPage) -> Bool {
        self.pages = page.isEnd ? 0 : self.pages + 1
        guard !self.isAsking, self.pages > 1, self.failures < Self.mostFailures else { return false }
        switch page.next {
        case .after(let place), .from(let place): self.isAsking = self.end.map { $0 <= place } ?? true
        case .start, .end: break
        }
        return self.isAsking
    }

    /// - Parameter end: nil if there was no answer.
    mutating func answered(_ end: CatchUpEnd?) {
        self.isAsking = false
        self.failures = end == nil ? self.failures + 1 : 0
        self.end = end?.last ?? self.end
    }
}
