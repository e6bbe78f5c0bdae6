internal import PhotonPumpTransport
internal import PhotonPumpWire

/// What a search for the events of a transaction has found.
enum SearchResult {
    /// They are there, from this number on.
    case run(Int64)
    case none
    case unknown(Doubt)
}

extension Client {
    /// Looks for `count` events of which the ends are known.
    ///
    /// - Parameter start: when none of them had been written.
    nonisolated func find(
        from first: GUID, to last: GUID, _ count: Int, in stream: String, since start: Environment.Instant,
        _ terms: CallTerms
    ) async throws -> SearchResult {
        let notBefore = self.environment.ticks(at: start)
        var search = StreamSearch(limit: self.configuration.retries.searchLimit)
        let sizer = PageSizer()
        while let place = search.next {
            let page = try await self.perform(SearchStream(stream, from: place, sizer), terms)
            search.received(page) { $0 == first || $0 == last }
            if let number = search.run(from: first, to: last, count) { return .run(number) }
            if search.excludes(notBefore: notBefore, floor: nil) { break }
        }
        if search.hasAny(of: [first, last]) { return .unknown(.partly) }
        return search.excludes(notBefore: notBefore, floor: nil) ? .none : .unknown(search.doubt)
    }
}
