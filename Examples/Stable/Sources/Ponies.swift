import PhotonPump

struct Ponies {
    let client: Client

    func jump(_ jump: PonyJumped) async throws {
        var pony = Pony()
        try await self.client.publish(
            to: "pony-\(jump.pony)", as: PonyEvent.types,
            deciding: { events in
                for event in events { pony.apply(event) }
                return [try pony.jump(jump)]
            })
    }

    func rest(_ pony: String) async throws {
        let rest = try PonyEvent.types.newEvent(PonyRested(pony: pony))
        try await self.client.publishEvent(rest, to: "pony-\(pony)")
    }
}
