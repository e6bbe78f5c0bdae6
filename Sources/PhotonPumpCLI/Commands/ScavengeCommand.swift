import ArgumentParser
import PhotonPump

/// `pump scavenge`
struct ScavengeCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "scavenge",
        abstract: "Make the server reclaim the space of deleted events.",
        discussion: """
            The connection string must name an administrator or operator. Servers up to 4.x answer when they are done, \
            later ones when they have begun.
            """
    )

    @OptionGroup var shared: SharedOptions<Pump>

    func run(with client: Client, json: Bool) async throws {
        let outcome = try await client.scavenge()
        Output.line(json ? "\(EventOutput.json(outcome))" : EventOutput.text(outcome))
    }
}

extension EventOutput {
    static func text(_ outcome: ScavengeOutcome) -> String {
        switch outcome {
        case .finished(let time, let bytes):
            "scavenged \(bytes) bytes in \(Int((time / .milliseconds(1)).rounded())) ms"
        case .started(let id): "scavenge \(id) has begun"
        case .runsAlready: "a scavenge is going on already"
        }
    }

    static func json(_ outcome: ScavengeOutcome) -> JSON {
        switch outcome {
        case .finished(let time, let bytes):
            .object([
                ("result", .string("finished")), ("milliseconds", .integer(Int64(time / .milliseconds(1)))),
                ("reclaimedBytes", .integer(bytes)),
            ])
        case .started(let id): .object([("result", .string("started")), ("id", .string(id))])
        case .runsAlready: .object([("result", .string("runsAlready"))])
        }
    }
}
