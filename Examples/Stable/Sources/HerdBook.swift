import PhotonPump

actor HerdBook {
    private(set) var records: [String: Int] = [:]

    func record(_ event: ResolvedEvent) throws {
        let event = try event.decoded(by: PonyEvent.types).get()
        guard case .jumped(let jump) = event else { return }
        let record = self.records[jump.pony] ?? 0
        self.records[jump.pony] = max(record, jump.height)
    }
}

extension HerdBook {
    /// Keeps the book up to date, from the first event on.
    nonisolated func follower(_ client: Client) -> Worker {
        var options = SubscriptionOptions()
        options.name = "herd-book"
        options.resolveLinks = true
        return client.follower(
            of: StreamName.category("pony"),
            checkpoint: MemoryCheckpointStore<Int64>(), options: options
        ) { event in
            try await self.record(event)
        }
    }
}
