internal import Foundation
internal import PhotonPumpWire

// What administrators do with persistent subscriptions.
extension Store {
    typealias GroupOutcome = CreatePersistentSubscriptionCompleted

    mutating func create(
        _ create: CreatePersistentSubscription, by identity: Identity, now: Int64
    ) -> GroupOutcome {
        self.managed(by: identity, now: now) { store in
            guard store.groups[PersistentGroup.id(create.stream, create.group)] == nil else {
                return GroupOutcome(result: .alreadyExists, reason: "Group '\(create.group)' already exists.")
            }
            guard !create.stream.isEmpty, create.stream != StreamName.all.description else {
                return GroupOutcome(result: .fail, reason: "Bad stream name.")
            }
            return store.start(create, now: now)
        }
    }

    /// Connected consumers have to reconnect; the group continues from its checkpoint.
    mutating func update(
        _ update: UpdatePersistentSubscription, by identity: Identity, now: Int64
    ) -> GroupOutcome {
        self.managed(by: identity, "update the subscription", now: now) { store in
            guard store.groups[PersistentGroup.id(update.stream, update.group)] != nil else {
                return .noSuchGroup(update.group)
            }
            return store.start(update, now: now)
        }
    }

    mutating func delete(
        _ delete: DeletePersistentSubscription, by identity: Identity, now: Int64
    ) -> GroupOutcome {
        self.managed(by: identity, now: now) { store in
            let id = PersistentGroup.id(delete.stream, delete.group)
            guard store.groups[id] != nil else { return .noSuchGroup(delete.group) }
            store.end(id)
            let streams = GroupStreams(id)
            for stream in [streams.checkpoint, streams.parked] {
                // If it has a tombstone already, it holds nothing that a later group of that name could find.
                _ = store.log.delete(stream, hard: false, expecting: .any, now: now)
            }
            return .success
        }
    }

    /// Lets those deliver the parked events of a group again who may; nothing is recorded of it.
    mutating func replayParked(_ id: String, by identity: Identity, now: Int64) -> GroupOutcome {
        guard identity.hasAny(of: [Identity.operators]) else { return .denied("replay messages") }
        return self.replayParked(id, now: now)
            ? .success : GroupOutcome(result: .doesNotExist, reason: "Unable to locate '\(id)'")
    }

    /// Lets those make a change who may, and records it. Operators may, as since EventStore 5.
    private mutating func managed(
        by identity: Identity, _ deed: String = "create streams", now: Int64, _ change: (inout Store) -> GroupOutcome
    ) -> GroupOutcome {
        guard identity.hasAny(of: [Identity.operators]) else { return .denied(deed) }
        let outcome = change(&self)
        if outcome.result == .success { self.saveConfiguration(by: identity, now: now) }
        return outcome
    }

    /// Starts a group on these terms, instead of the one that there may be.
    private mutating func start(_ terms: CreatePersistentSubscription, now: Int64) -> GroupOutcome {
        guard let strategy = ConsumerStrategy(terms.settings) else {
            let name = terms.settings.consumerStrategy ?? ""
            return GroupOutcome(result: .fail, reason: "Consumer strategy \(name) does not exist.")
        }
        self.end(PersistentGroup.id(terms.stream, terms.group))
        let terms = GroupTerms(terms.stream, terms.group, terms.settings, strategy)
        self.start(terms, strategy, now: now)
        return .success
    }

    // MARK: - Starting and stopping

    /// The master begins to serve the groups that are recorded in the log.
    mutating func startGroups(now: Int64) {
        let view = self.log.view(of: GroupConfiguration.stream, now: now)
        guard let latest = self.log.event(-1, of: GroupConfiguration.stream, view),
            let configuration = try? JSONDecoder().decode(GroupConfiguration.self, from: latest.data.foundationData)
        else { return }
        for entry in configuration.entries {
            guard let strategy = ConsumerStrategy(rawValue: entry.namedConsumerStrategy) else { continue }
            self.start(entry, strategy, now: now)
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

    private mutating func start(_ terms: GroupTerms, _ strategy: ConsumerStrategy, now: Int64) {
        self.groups.add(PersistentGroup(terms, strategy, checkpoint: self.checkpoint(of: terms.id, now: now)))
        self.happen(to: terms.id, now: now) { $0.start() }
    }

    private func checkpoint(of id: String, now: Int64) -> Int64? {
        let stream = GroupStreams(id).checkpoint
        guard let event = self.log.event(-1, of: stream, self.log.view(of: stream, now: now)),
            event.type.text == GroupStreams.checkpointType
        else { return nil }
        return Int64(event.data.text)
    }

    private mutating func saveConfiguration(by identity: Identity, now: Int64) {
        let configuration = GroupConfiguration(
            updated: Date(milliseconds: now).ISO8601Format(.iso8601WithFraction),
            updatedBy: identity.name,
            entries: self.groups.all.map(\.terms)
        )
        let stream = GroupConfiguration.stream
        if self.log.lastNumber(of: stream) < 0 {
            self.log.describe(stream, GroupConfiguration.metadata, now: now)
        }
        let event = self.log.makeEvent(GroupConfiguration.eventType, Bytes(json: configuration))
        _ = self.log.write([event], to: stream, expecting: .any, now: now)
    }
}

extension CreatePersistentSubscriptionCompleted {
    fileprivate static let success = Self(result: .success, reason: "")

    fileprivate static func denied(_ deed: String) -> Self {
        Self(result: .accessDenied, reason: "You do not have permissions to \(deed)")
    }

    fileprivate static func noSuchGroup(_ name: String) -> Self {
        Self(result: .doesNotExist, reason: "Group '\(name)' does not exist.")
    }
}
