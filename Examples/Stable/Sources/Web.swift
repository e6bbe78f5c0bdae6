import Hummingbird
import PhotonPump

struct Jump: Decodable {
    let height: Int
}

struct Herd: ResponseCodable {
    let records: [String: Int]
}

func router(
    _ client: Client, _ book: HerdBook, _ follower: Worker
) -> Router<BasicRequestContext> {
    let ponies = Ponies(client: client)
    let router = Router()

    router.post("ponies/:pony/jumps") { request, context in
        let pony = try context.parameters.require("pony")
        let jump = try await request.decode(
            as: Jump.self, context: context)
        do {
            try await ponies.jump(
                PonyJumped(pony: pony, height: jump.height))
        } catch is IsTired {
            throw HTTPError(.conflict, message: "\(pony) is tired")
        }
        return HTTPResponse.Status.created
    }

    router.post("ponies/:pony/rests") { _, context in
        try await ponies.rest(context.parameters.require("pony"))
        return HTTPResponse.Status.created
    }

    router.get("ponies") { _, _ in
        Herd(records: await book.records)
    }

    router.get("ready") { _, _ in
        let ready = await follower.readiness.isReady
        return ready
            ? HTTPResponse.Status.ok : .serviceUnavailable
    }
    return router
}
