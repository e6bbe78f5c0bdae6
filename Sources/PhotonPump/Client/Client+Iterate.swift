extension Client {
    /// The events of a stream, one after another to its end, read page by page in the background.
    ///
    /// ```swift
    /// for try await event in client.iter("ponies") { … }
    /// ```
    /// While you iterate over one page, the next is being read; no more than two are held. Nothing is read before the
    /// iteration begins, and leaving the loop ends the reading. Events written before the end is reached are included.
    ///
    /// - Parameters:
    ///   - stream: the stream to read.
    ///   - direction: from older to newer events, or the reverse.
    ///   - position: the first event; by default the first of the stream, or the last one when reading backward.
    ///   - limit: the most events to return in all; nil, the default, for all.
    ///   - pageSize: the most events to request at once, 1 or more; servers return at most 4096. The first request asks
    ///     for 32, further ones for as many as make a few megabytes. nil means ``Client/Configuration/pageSize``.
    ///   - resolveLinks: whether events that are links are followed to the events they point to. nil means
    ///     ``Client/Configuration/resolveLinks``.
    ///   - missingIsEmpty: whether there is simply nothing to iterate over if the stream was never written to, or was
    ///     deleted (but not permanently). False by default: iterating throws
    ///     ``PhotonPumpError/Code/streamNotFound``.
    ///   - options: the timeout, credentials and node of each single read.
    /// - Returns: a sequence that can be iterated several times, each time reading anew. Iterating throws
    ///   ``PhotonPumpError``, such as ``PhotonPumpError/Code/streamNotFound``, ``PhotonPumpError/Code/streamDeleted``,
    ///   ``PhotonPumpError/Code/accessDenied`` and, for an invalid stream name or page size,
    ///   ``PhotonPumpError/Code/invalidArgument``.
    public nonisolated func iter(
        _ stream: String,
        direction: Direction = .forward,
        from position: StreamPosition? = nil,
        limit: Int? = nil,
        pageSize: Int? = nil,
        resolveLinks: Bool? = nil,
        missingIsEmpty: Bool = false,
        options: CallOptions = CallOptions()
    ) -> StreamEvents {
        StreamEvents(
            client: self,
            pages: Result { () throws(PhotonPumpError) in
                let how = self.options(
                    resolveLinks, limit: limit, missingIsEmpty: missingIsEmpty, for: options)
                let pageSize = pageSize ?? self.configuration.pageSize
                return try StreamPages(stream, direction, from: position, pageSize: pageSize, how)
            }
        )
    }
}
