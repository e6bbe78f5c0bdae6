internal import Foundation
internal import PhotonPumpWire

// What administrators do with persistent subscriptions.
extension Store {
    private typealias Completed = CreatePersistentSubscriptionCompleted

    mutating func create(_ create: CreatePersistentSubscription, _ request: Request) -> Answer {
        .message(self.outcome(of: create, request), .createPersistentSubscriptionCompleted)
    }

    private mutating func outcome(of create: CreatePersistentSubscription, _ request: Request) -> Completed {
        guard self.mayManage(request) else {
            return Completed(result: .accessDenied, reason: "You do not have permissions to create streams")
        }
        let id = PersistentGroup.id(create.stream, create.group)
        guard self.groups[id] == nil else {
            return Completed(result: .alreadyExists, reason: "Group '\(create.group)' already exists.")
        }
        guard !create.stream.isEmpty, create.stream != StreamName.all.description else {
            return Completed(result: .fail, reason: "Bad stream name.")
        }
        guard let strategy = ConsumerStrategy(create.settings) else { return .noSuchStrategy(create.settings) }
        self.start(StreamName(create.stream), create.group, create.settings, strategy, now: request.now)
        self.saveConfiguration(request)
        return Completed(result: .success, reason: "")
    }

    /// Connected consumers have to reconnect; the group continues from its checkpoint.
    mutating func update(_ update: UpdatePersistentSubscription, _ request: Request) -> Answer {
        let outcome = self.outcome(ofUpdate: update, request)
        var answer = Answer.message(outcome, .updatePersistentSubscriptionCompleted)
        answer.followsDeliveries = true
        return answer
    }

    private mutating func outcome(ofUpdate update: UpdatePersistentSubscription, _ request: Request) -> Completed {
        guard self.mayManage(request) else {
            return Completed(result: .accessDenied, reason: "You do not have permissions to update the subscription")
        }
        let id = PersistentGroup.id(update.stream, update.group)
        guard self.groups[id] != nil else { return .noSuchGroup(update.group) }
        guard let strategy = ConsumerStrategy(update.settings) else { return .noSuchStrategy(update.settings) }
        self.end(id)
        self.start(StreamName(update.stream), update.group, update.settings, strategy, now: request.now)
        self.saveConfiguration(request)
        return Completed(result: .success, reason: "")
    }

    mutating func delete(_ delete: DeletePersistentSubscription, _ request: Request) -> Answer {
        let outcome = self.outcome(of: delete, request)
        var answer = Answer.message(outcome, .deletePersistentSubscriptionCompleted)
        answer.followsDeliveries = true
        return answer
    }

    private mutating func outcome(of delete: DeletePersistentSubscription, _ request: Request) -> Completed {
        guard self.mayManage(request) else {
            return Completed(result: .accessDenied, reason: "You do not have permissions to create streams")
        }
        let id = PersistentGroup.id(delete.stream, delete.group)
        guard self.groups[id] != nil else { return .noSuchGroup(delete.group) }
        self.end(id)
        let streams = GroupStreams(id)
        for stream in [streams.checkpoint, streams.parked] {
            // If it has a tombstone already, it holds nothing that a later group of that name could find.
            _ = self.log.delete(stream, hard: false, expecting: .any, now: request.now)
        }
        self.saveConfiguration(request)
        return Completed(result: .success, reason: "")
    }

    /// Operators may, as since EventStore 5.
    private func mayManage(_ request: Request) -> Bool { request.identity.hasAny(of: [Identity.operators]) }

    // MARK: - Starting and stopping

    /// The master begins to serve the groups that are recorded in the log.
    mutating func startGroups(now: Int64) {
        let view = self.log.view(of: GroupConfiguration.stream, now: now)
        guard let latest = self.log.event(-1, of: GroupConfiguration.stream, view),
            let configuration = try? JSONDecoder().decode(GroupConfiguration.self, from: latest.data.foundationData)
        else { return }
        for entry in configuration.entries {
            guard let strategy = ConsumerStrategy(rawValue: entry.namedConsumerStrategy) else { continue }
            self.start(StreamName(entry.stream), entry.group, entry.settings, strategy, now: now)
        }
        self.publish(now: now)
    }

    /// The master has lost its role: no one is connected to a group, and there are none until the next master starts
    /// them.
    mutating func stopGroups() {
        for id in self.groups.ids { self.end(id) }
    }

    private mutating func end(_ id: String) {
        self.collect(self.groups.remove(id).map { .dropped($0) })
    }

    private mutating func start(
        _ stream: StreamName,
        _ name: String,
        _ settings: PersistentSubscriptionSettings,
        _ strategy: ConsumerStrategy,
        now: Int64
    ) {
        let id = PersistentGroup.id(stream.description, name)
        let group = PersistentGroup(stream, name, settings, strategy, checkpoint: self.checkpoint(of: id, now: now))
        self.groups.add(group)
        self.happen(to: id, now: now) { $0.start() }
    }

    private func checkpoint(of id: String, now: Int64) -> Int64? {
        let stream = GroupStreams(id).checkpoint
        guard let event = self.log.event(-1, of: stream, self.log.view(of: stream, now: now)),
            event.type.text == GroupStreams.checkpointType
        else { return nil }
        return Int64(event.data.text)
    }

    private mutating func saveConfiguration(_ request: Request) {
        let configuration = GroupConfiguration(
            updated: Date(milliseconds: request.now).ISO8601Format(.iso8601WithFraction),
            updatedBy: request.identity.name,
            entries: self.groups.all.map { GroupConfiguration.Entry($0) }
        )
        let stream = GroupConfiguration.stream
        if self.log.lastNumber(of: stream) < 0 {
            self.log.describe(stream, GroupConfiguration.metadata, now: request.now)
        }
        let event = ProposedEvent(
            id: self.log.makeID(),
            type: GroupConfiguration.eventType,
            isJSON: true,
            data: Bytes(json: configuration),
            metadata: Bytes()
        )
        _ = self.log.write([event], to: stream, expecting: .any, now: request.now)
    }
}

extension CreatePersistentSubscriptionCompleted {
    fileprivate static func noSuchGroup(_ name: String) -> Self {
        Self(result: .doesNotExist, reason: "Group '\(name)' does not exist.")
    }

    fileprivate static func noSuchStrategy(_ settings: PersistentSubscriptionSettings) -> Self {
        Self(result: .fail, reason: "Consumer strategy \(settings.consumerStrategy ?? "") does not exist.")
    }
}
