internal import PhotonPumpWire

extension Handler {
    /// How each command is served that concerns more than the connection; the server knows no others.
    static let all = [Self.writing, Self.reading, Self.subscribing, Self.other]
        .reduce(into: [:]) { $0.merge($1) { _, last in last } }

    private static let byNumber = (0...UInt8.max).map { Self.all[Command(rawValue: $0)] }

    /// Nil for a command that the server does not know.
    static func of(_ command: Command) -> Handler? { Self.byNumber[Int(command.rawValue)] }

    private static let writing: [Command: Handler] = [
        .writeEvents: .change(LegalChange.init) { $0.write($1, $2).answer(.writeEventsCompleted) },
        .deleteStream: .change(LegalChange.init) { .message($0.delete($1, $2), .deleteStreamCompleted) },
        .transactionStart: .change(LegalChange.init) {
            .message($0.start($1, $2), .transactionStartCompleted)
        },
        .transactionWrite: .change(TransactionWrite.init(legal:)) {
            .message($0.write($1, $2), .transactionWriteCompleted)
        },
        .transactionCommit: .change(TransactionCommit.init(legal:)) {
            $0.commit($1, $2).answer(.transactionCommitCompleted)
        },
    ]

    private static let reading: [Command: Handler] = [
        .readEvent: .events(ReadEvent.init(legal:)) { .message($0.readEvent($1, $2), .readEventCompleted) },
        .readStreamEventsForward: Self.readStream(.forward, .readStreamEventsForwardCompleted),
        .readStreamEventsBackward: Self.readStream(.backward, .readStreamEventsBackwardCompleted),
        .readAllEventsForward: Self.readAll(.forward, .readAllEventsForwardCompleted),
        .readAllEventsBackward: Self.readAll(.backward, .readAllEventsBackwardCompleted),
        .filteredReadAllEventsForward: Self.readAllFiltered(.forward, .filteredReadAllEventsForwardCompleted),
        .filteredReadAllEventsBackward: Self.readAllFiltered(.backward, .filteredReadAllEventsBackwardCompleted),
    ]

    private static func readStream(_ direction: ReadDirection, _ completed: Command) -> Handler {
        .events(ReadStreamEvents.init(legal:)) { .message($0.readStream($1, direction, $2), completed) }
    }

    private static func readAll(_ direction: ReadDirection, _ completed: Command) -> Handler {
        .events(ReadAllEvents.init(decoding:)) { .message($0.readAll($1, direction, $2), completed) }
    }

    private static func readAllFiltered(_ direction: ReadDirection, _ completed: Command) -> Handler {
        .events(LegalFilteredRead.init) { .message($0.readAll($1, direction, $2), completed) }
    }

    private static let subscribing: [Command: Handler] = [
        .subscribeToStream: .anywhere(SubscribeToStream.init(decoding:)) { $0.subscribe($1, $2) },
        .filteredSubscribeToStream: .anywhere(LegalFilteredSubscribe.init) { $0.subscribe($1, $2) },
        .unsubscribeFromStream: .anywhere(UnsubscribeFromStream.init(decoding:)) { store, _, request in
            store.unsubscribe(request)
        },
        .connectToPersistentSubscription: .master(ConnectToPersistentSubscription.init(legal:)) { $0.connect($1, $2) },
        .createPersistentSubscription: .master(CreatePersistentSubscription.init(decoding:)) {
            .message($0.create($1, by: $2.identity, now: $2.now), .createPersistentSubscriptionCompleted)
        },
        .updatePersistentSubscription: .master(UpdatePersistentSubscription.init(decoding:)) {
            .message($0.update($1, by: $2.identity, now: $2.now), .updatePersistentSubscriptionCompleted)
                .followingDeliveries
        },
        .deletePersistentSubscription: .master(DeletePersistentSubscription.init(decoding:)) {
            .message($0.delete($1, by: $2.identity, now: $2.now), .deletePersistentSubscriptionCompleted)
                .followingDeliveries
        },
        .persistentSubscriptionAckEvents: .anywhere(PersistentSubscriptionAckEvents.init(legal:)) {
            $0.acknowledge($1, $2)
            return nil
        },
        .persistentSubscriptionNakEvents: .anywhere(PersistentSubscriptionNakEvents.init(legal:)) {
            $0.refuse($1, $2)
            return nil
        },
    ]

    private static let other: [Command: Handler] = [
        .ping: .anywhere(Self.unread) { _, payload, _ in Answer(command: .pong, content: .payload(payload)) },
        .scavengeDatabase: .anywhere(Self.unread) { .message($0.scavenge($2), .scavengeDatabaseCompleted) },
        // Answers to forwarded writes come from other nodes. No one here waits for one.
        .writeEventsCompleted: .anywhere(WriteEventsCompleted.init(decoding:)) { _, _, _ in nil },
    ]

    private static let unread: Decoder<Bytes> = { $0 }
}
