extension Client {
    /// Runs a loop's code for an event in a span, as `follow` and `process` do with their handlers: it has a link to the
    /// span of whoever published the event, and the calls made in it belong to it.
    ///
    /// ```swift
    /// for try await event in subscription.events {
    ///     try await client.withSpan(handling: event) {
    ///         try await herd.record(event.decode(PonyJumped.self))
    ///     }
    /// }
    /// ```
    /// Without a tracer, this just runs `body`. See <doc:Tracing>.
    ///
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, which is recorded in the span.
    @discardableResult
    public nonisolated func withSpan<Output>(
        handling event: ResolvedEvent, _ body: () async throws -> Output
    ) async throws -> Output {
        guard let tracing = self.context.tracing else { return try await body() }
        return try await tracing.handle(
            event, SpanDescription(handling: event, of: event.received.stream), body)
    }

    /// Runs a loop's code for an event in a span, as ``withSpan(handling:_:)-(ResolvedEvent,_)`` does.
    @discardableResult
    public nonisolated func withSpan<Output>(
        handling event: DeliveredEvent, _ body: () async throws -> Output
    ) async throws -> Output {
        guard let tracing = self.context.tracing else { return try await body() }
        return try await tracing.handle(
            event.resolved, SpanDescription(handling: event, of: event.received.stream, group: nil), body)
    }
}
