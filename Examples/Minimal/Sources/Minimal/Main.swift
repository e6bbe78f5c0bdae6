import PhotonPump

struct PonyJumped: Codable {
    var pony: String
    var height: Int
}

/// Writes an event, and reads the stream it went to.
@main
struct Minimal {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count == 2, let server = arguments.first, let stream = arguments.last else {
            print("usage: Minimal CONNECTION-STRING STREAM")
            return
        }
        try await withClient(server) { client in
            let jump = PonyJumped(pony: "Derpy Hooves", height: 10)
            let written = try await client.publishEvent(to: stream, type: "PonyJumped", body: jump)
            print("event \(written.lastEventNumber) is written")

            var height = 0
            for try await event in client.iter(stream) where event.type == "PonyJumped" {
                height += try event.decode(PonyJumped.self).height
            }
            print("all ponies together have jumped \(height) feet")
        }
    }
}
