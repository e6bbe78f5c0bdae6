/// Iterates over the elements of pages: an element costs an array access, and the client is called once per page.
struct PagedIterator<Source: PageSource> {
    private let feed: PageFeed<Source>
    private var page: [Source.Element] = []
    private var position = 0

    init(client: any RequestHost, source: Result<Source, PhotonPumpError>) {
        self.feed = PageFeed(client: client, source: source)
    }

    /// The next element; nil at the end.
    mutating func next(isolation actor: isolated (any Actor)?) async throws -> Source.Element? {
        if self.position == self.page.count || self.feed.isClosed {
            let isCutOff = self.position < self.page.count
            (self.page, self.position) = ([], 0)
            guard let page = try await self.feed.nextPage(isCutOff: isCutOff, isolation: actor) else { return nil }
            self.page = page
        }
        defer { self.position += 1 }
        return self.page[self.position]
    }
}
