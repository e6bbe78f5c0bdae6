extension Client {
    /// Follows a stream.
    ///
    /// ```swift
    /// let subscription = try await client.subscribe(to: "ponies", from: .after(lastSeen))
    /// for try await event in subscription.events { … }
    /// ```
    /// The stream need not exist yet. With ``SubscriptionStart/end`` this returns when the server has confirmed: every event
    /// that is written from then on will be given. With another start it returns at once, and reads ahead.
    ///
    /// - Parameters:
    ///   - stream: what to follow.
    ///   - start: where to begin; by default behind the last event. Of links, where they are resolved too, the links' own
    ///     numbers count.
    ///   - options: links, limits, and how requests are made.
    /// - Returns: the subscription, which lasts until it is stopped, its loop is left, or it is let go of.
    /// - Throws: ``PhotonPumpError/Code/invalidArgument`` for what can never work. With ``SubscriptionStart/end`` also
    ///   ``PhotonPumpError/Code/accessDenied``, ``PhotonPumpError/Code/streamDeleted``,
    ///   ``PhotonPumpError/Code/timedOut`` and what else can go wrong with a request; else the sequence throws it.
    public nonisolated func subscribe(
        to stream: String,
        from start: SubscriptionStart<Int64> = .end,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws -> Subscription<Int64> {
        var options = options
        options.call = self.completed(options.call)
        let source = try StreamFollowing(stream, from: start, options)
        return try await self.follow(source, from: start, .number, options)
    }

    /// Follows all streams, or the events among them that fit a filter.
    ///
    /// Servers of generation 20 and later filter by themselves; from others everything comes, and is filtered here.
    ///
    /// - Parameters:
    ///   - start: where to begin; by default behind the last event.
    ///   - filter: which events to give; nil for all, those of the system included.
    ///   - options: links, limits, and how requests are made.
    /// - Returns: as ``subscribe(to:from:options:)``.
    /// - Throws: as ``subscribe(to:from:options:)``.
    public nonisolated func subscribeToAll(
        from start: SubscriptionStart<Position> = .end,
        matching filter: EventFilter? = nil,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws -> Subscription<Position> {
        var options = options
        options.call = self.completed(options.call)
        let source = try AllFollowing(from: start, matching: filter, options)
        return try await self.follow(source, from: start, .position, options)
    }

    private nonisolated func follow<Place>(
        _ source: any FollowSource,
        from start: SubscriptionStart<Place>,
        _ place: SubscriptionPlace<Place>,
        _ options: SubscriptionOptions
    ) async throws -> Subscription<Place> {
        _ = try self.terms(options.call)
        let follower = Follower(self, source, from: start.map(place.inside), options)
        let subscription = Subscription(follower, place)
        let changes = subscription.changes
        follower.begin()
        guard start == .end else { return subscription }
        for await change in changes {
            switch change {
            case .live: return subscription
            case .ended(let error?): throw error
            default: continue
            }
        }
        throw CancellationError()
    }
}
