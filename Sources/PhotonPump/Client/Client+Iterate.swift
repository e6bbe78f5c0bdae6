extension Client {
    /// The events of a stream, one after the other up to its end, read page by page behind the scenes.
    ///
    /// ```swift
    /// for try await event in client.iter("ponies") { … }
    /// ```
    /// While one page is gone through the next is on its way; no more than two are held. Nothing is read before the
    /// iteration begins, and leaving the loop ends the reading. Events written before the end is reached are included.
    ///
    /// - Parameters:
    ///   - stream: where from.
    ///   - direction: whether newer or older events follow.
    ///   - position: the first event wanted; by default the first of the stream, or the last one backwards.
    ///   - pageSize: how many events to ask for at once, 1 or more; servers give 4096 at most.
    ///   - resolveLinks: whether events that are links are followed to the events they point to.
    ///   - options: timeout, credentials and node of each single read.
    /// - Returns: a sequence that can be iterated several times, each time reading anew. Iterating throws
    ///   ``PhotonPumpError``, among others ``PhotonPumpError/Code/streamNotFound``,
    ///   ``PhotonPumpError/Code/streamDeleted``, ``PhotonPumpError/Code/accessDenied`` and, for a stream name or page
    ///   size that can never work, ``PhotonPumpError/Code/invalidArgument``.
    public nonisolated func iter(
        _ stream: String,
        direction: Direction = .forward,
        from position: StreamPosition? = nil,
        pageSize: Int = 500,
        resolveLinks: Bool = false,
        options: CallOptions = CallOptions()
    ) -> StreamEvents {
        StreamEvents(
            client: self,
            pages: Result { () throws(PhotonPumpError) in
                let how = ReadOptions(resolveLinks: resolveLinks, call: self.completed(options))
                return try StreamPages(stream, direction, from: position, pageSize: pageSize, how)
            }
        )
    }
}
