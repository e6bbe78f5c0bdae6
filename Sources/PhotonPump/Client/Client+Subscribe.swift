extension Client {
    /// Follows a stream.
    ///
    /// ```swift
    /// let subscription = try await client.subscribe(
    ///     to: "ponies", from: .after(lastSeen))
    /// for try await event in subscription.events { … }
    /// ```
    /// The stream need not exist yet. With ``SubscriptionStart/end`` this returns when the server has confirmed the
    /// subscription: every event written from then on is delivered. With any other start it returns at once, and starts
    /// reading.
    ///
    /// - Parameters:
    ///   - stream: the stream to follow.
    ///   - start: where to begin; after the last event by default. In a stream of links, the numbers of the links
    ///     count, even if links are resolved.
    ///   - options: link resolution, limits, and the options of requests.
    /// - Returns: the subscription. It lasts until it is stopped, its loop is left, or it is deallocated.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for invalid arguments. With ``SubscriptionStart/end`` also
    ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/streamDeleted``,
    ///   ``PhotonPumpError/Code/timedOut`` and any other error of a request; with other starts the sequence throws
    ///   these.
    public nonisolated func subscribe(
        to stream: String,
        from start: SubscriptionStart<Int64> = .end,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws -> Subscription<Int64> {
        let options = self.completed(options)
        let source = try StreamSource(stream, from: start, options)
        return try await self.follow(source, from: start, .number, options)
    }

    /// Follows all streams, or the events that match a filter.
    ///
    /// Servers of version 20 and later filter themselves; older ones send everything, and the client filters.
    ///
    /// - Parameters:
    ///   - start: where to begin; after the last event by default.
    ///   - filter: the events to deliver; nil for all of them, system events included.
    ///   - options: link resolution, limits, and the options of requests.
    /// - Returns: as ``subscribe(to:from:options:)``.
    /// - Throws: as ``subscribe(to:from:options:)``.
    public nonisolated func subscribeToAll(
        from start: SubscriptionStart<Position> = .end,
        matching filter: EventFilter? = nil,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws -> Subscription<Position> {
        let options = self.completed(options)
        let source = try AllSource(from: start, matching: filter, options)
        return try await self.follow(source, from: start, .position, options)
    }

    /// The options of a subscription, completed with the client's settings.
    private nonisolated func completed(_ options: SubscriptionOptions) -> SubscriptionOptions {
        var options = options
        options.call = self.completed(options.call)
        options.pageSize = options.pageSize ?? self.configuration.pageSize
        options.resolveLinks = options.resolveLinks ?? self.configuration.resolveLinks
        return options
    }

    private nonisolated func follow<Place>(
        _ source: any CatchUpSource,
        from start: SubscriptionStart<Place>,
        _ place: SubscriptionPlace<Place>,
        _ options: SubscriptionOptions
    ) async throws -> Subscription<Place> {
        _ = try self.terms(options.call)
        let catchUp = CatchUpSubscription(self, source, from: start.map(place.inside), options)
        let subscription = Subscription(catchUp, place)
        catchUp.begin()
        if start == .end { try await catchUp.untilLive() }
        return subscription
    }
}
