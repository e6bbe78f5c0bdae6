internal import Logging
internal import PhotonPumpTransport

/// A worker that a service group runs beside the client: a read model that follows events, or a consumer of a persistent
/// subscription.
///
/// ```swift
/// let herd = client.follower(of: "ponies", checkpoint: store) { event in
///     try await herd.record(event.decode(PonyJumped.self))
/// }
/// let group = ServiceGroup(
///     services: [client, herd], gracefulShutdownSignals: [.sigterm],
///     logger: logger)
/// ```
/// ``Client/follower(of:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)``,
/// ``Client/followerOfAll(from:matching:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` and
/// ``Client/worker(of:to:creatingWith:bufferSize:bufferBytes:messageTimeout:name:maxConcurrent:partitionedBy:options:onError:handler:)``
/// make one. ``SubscriptionRehearsal/run(_:)`` tries it out in a test.
public struct Worker: Sendable {
    private let client: Client
    private let work: @Sendable () async throws -> Void
    /// What it does with the events of a rehearsal.
    let rehearse: @Sendable (PersistentSubscription) async throws -> Void
    private let standing = WorkerStanding()

    fileprivate init(
        _ client: Client, rehearse: @escaping @Sendable (PersistentSubscription) async throws -> Void,
        work: @escaping @Sendable () async throws -> Void
    ) {
        self.client = client
        self.work = work
        self.rehearse = rehearse
    }

    /// One that ends with a handler's error.
    fileprivate init(
        _ client: Client, maxConcurrent: Int, partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)?,
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void,
        work: @escaping @Sendable () async throws -> Void
    ) {
        let keyOfDelivered = key.map { key in { @Sendable (event: DeliveredEvent) in key(event.resolved) } }
        self.init(client) { subscription in
            try await subscription.process(
                maxConcurrent: maxConcurrent, partitionedBy: keyOfDelivered, onError: { error, _ in throw error },
                handler: { try await handler($0.resolved) })
        } work: {
            try await work()
        }
    }

    /// Waits until the client is connected, for as long as it takes, and then works until the group shuts down. Then it
    /// waits for the handlers that are running, saves a last checkpoint or sends the last acknowledgements, and returns.
    ///
    /// - Throws: what the method throws that the worker is named after, and `CancellationError` when the task is
    ///   cancelled.
    public func run() async throws {
        try await self.standing.running {
            if try await self.client.waitUntilConnected() { try await self.work() }
        }
    }

    /// Whether the worker is at work at the moment, as an answer for a readiness probe.
    ///
    /// One of a persistent subscription is ready while the server delivers events to it; a follower, once it has caught up
    /// and receives events as they are written. Neither is before ``run()`` or after it, or while its client is not ready.
    public var readiness: Readiness {
        get async {
            let client = await self.client.readiness
            return client.isReady ? self.standing.readiness : client
        }
    }
}

extension Client {
    /// What ``follow(_:from:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` does, as a service;
    /// the parameters are the same.
    public nonisolated func follower(
        of stream: String,
        from start: SubscriptionStart<Int64> = .start,
        checkpoint store: some CheckpointStore<Int64>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        options: SubscriptionOptions = SubscriptionOptions(),
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) -> Worker {
        Worker(self, maxConcurrent: maxConcurrent, partitionedBy: key, handler: handler) {
            try await self.follow(
                stream, from: start, checkpoint: store, every: count, orAfter: time, maxConcurrent: maxConcurrent,
                partitionedBy: key, options: options, handler: handler)
        }
    }

    /// What ``followAll(from:matching:checkpoint:every:orAfter:maxConcurrent:partitionedBy:options:handler:)`` does, as a
    /// service; the parameters are the same.
    public nonisolated func followerOfAll(
        from start: SubscriptionStart<Position> = .start,
        matching filter: EventFilter? = nil,
        checkpoint store: some CheckpointStore<Position>,
        every count: Int = 1_000,
        orAfter time: Duration = .seconds(5),
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (ResolvedEvent) -> any Hashable)? = nil,
        options: SubscriptionOptions = SubscriptionOptions(),
        handler: @escaping @Sendable (ResolvedEvent) async throws -> Void
    ) -> Worker {
        Worker(self, maxConcurrent: maxConcurrent, partitionedBy: key, handler: handler) {
            try await self.followAll(
                from: start, matching: filter, checkpoint: store, every: count, orAfter: time,
                maxConcurrent: maxConcurrent, partitionedBy: key, options: options, handler: handler)
        }
    }

    /// A consumer of a persistent subscription, as a service.
    ///
    /// The other parameters are those of
    /// ``connectSubscription(_:to:bufferSize:bufferBytes:messageTimeout:acknowledgementDelay:name:options:)`` and
    /// ``PersistentSubscription/process(maxConcurrent:partitionedBy:onError:handler:)``, which it calls.
    ///
    /// With `settings` it creates the subscription, unless that exists; the user must be allowed to. It does so again, after
    /// a second, when the subscription is deleted or gone while it runs, as on a server that has lost its data. nil, the
    /// default, means that it has to exist.
    public nonisolated func worker(
        of group: String,
        to stream: String,
        creatingWith settings: PersistentSubscriptionSettings? = nil,
        bufferSize: Int = 10,
        bufferBytes: Int = 64 << 20,
        messageTimeout: Duration? = .seconds(30),
        name: String? = nil,
        maxConcurrent: Int = 1,
        partitionedBy key: (@Sendable (DeliveredEvent) -> any Hashable)? = nil,
        options: CallOptions = CallOptions(),
        onError: @escaping @Sendable (any Error, DeliveredEvent) throws -> PersistentSubscription.RefusalAction = {
            _, _ in .retry
        },
        handler: @escaping @Sendable (DeliveredEvent) async throws -> Void
    ) -> Worker {
        let process = { @Sendable (subscription: PersistentSubscription) in
            try await subscription.process(
                maxConcurrent: maxConcurrent, partitionedBy: key, onError: onError, handler: handler)
        }
        let work = { @Sendable in
            try await process(
                self.connectSubscription(
                    group, to: stream, bufferSize: bufferSize, bufferBytes: bufferBytes, messageTimeout: messageTimeout,
                    name: name, options: options))
        }
        return Worker(self, rehearse: process) {
            guard let settings else { return try await work() }
            try await self.create(group, to: stream, settings, options)
            while try await !self.ends(work) {
                // A call would not wait for as long as that may take.
                guard try await self.waitUntilConnected() else { return }
                if try await self.create(group, to: stream, settings, options) {
                    var metadata: Logger.Metadata = [LogKey.group: "\(group)", LogKey.stream: "\(stream)"]
                    metadata[LogKey.subscription] = name.map { "\($0)" }
                    (options.logger ?? self.logger).info("subscription created again", metadata: metadata)
                }
            }
        }
    }

    /// - Returns: whether there was none.
    @discardableResult
    private nonisolated func create(
        _ group: String, to stream: String, _ settings: PersistentSubscriptionSettings, _ options: CallOptions
    ) async throws -> Bool {
        do {
            try await self.createSubscription(group, to: stream, settings: settings, options: options)
            return true
        } catch let error as PhotonPumpError where error.code == .subscriptionExists {
            return false
        }
    }

    /// Works until the group of services shuts down, or the persistent subscription is gone: then a moment longer, so that
    /// whoever deletes it again and again is not raced.
    ///
    /// - Returns: whether that was the end.
    private nonisolated func ends(_ work: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        do {
            try await work()
            return true
        } catch let error as PhotonPumpError where [.subscriptionNotFound, .subscriptionDeleted].contains(error.code) {
            // What a handler throws is a HandlerError.
            WorkerStanding.startsAgain()
        }
        do {
            try await GracefulShutdown.cancelling { try await self.environment.sleep(for: .seconds(1)) }
            return false
        } catch is CancellationError where GracefulShutdown.hasBegun && !Task.isCancelled {
            return true
        }
    }
}

#if ServiceLifecycle
    public import ServiceLifecycle

    extension Worker: Service {}
#endif
