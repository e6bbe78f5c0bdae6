import PhotonPump

// The README's first program, as a function so that the tests can run it on a server of their own.

struct PonyJumped: Codable {
    let pony: String
    let height: Int
}

enum FirstProgram {
    static func run() async throws {
        try await withClient("tcp://admin:changeit@localhost:1113") { client in
            let jump = PonyJumped(pony: "Derpy Hooves", height: 10)
            let written = try await client.publishEvent(
                to: "ponies", type: "PonyJumped", body: jump)
            print("event \(written.lastEventNumber) is written")

            for try await event in client.iter("ponies") {
                let jump = try event.decode(PonyJumped.self)
                print("\(jump.pony) jumped \(jump.height) high")
            }
        }
    }
}
