import PhotonPump

struct MedalWon: Codable {
    let pony: String
}

struct Medals {
    let client: Client

    /// Awards a medal for each jump of 10 or more, once.
    func award(for event: DeliveredEvent) async throws {
        let decoded = try event.decoded(by: PonyEvent.types).get()
        guard case .jumped(let jump) = decoded, jump.height >= 10
        else { return }
        let medal = try NewEvent(
            id: event.id, type: "MedalWon",
            body: MedalWon(pony: jump.pony)
        ).caused(by: event)
        try await self.client.publishEvent(
            medal, to: "medal-\(event.id)", expecting: .noStream)
    }

    func worker() -> Worker {
        var settings = PersistentSubscriptionSettings()
        settings.startFrom = .start
        settings.resolveLinks = true
        return self.client.worker(
            of: "medals", to: StreamName.category("pony"),
            creatingWith: settings, name: "medals",
            onError: { _, event in
                event.retryCount < 3 ? .retry : .park
            },
            handler: { event in try await self.award(for: event) }
        )
    }
}
