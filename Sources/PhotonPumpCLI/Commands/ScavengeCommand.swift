import ArgumentParser
import PhotonPump

/// `pump scavenge`
struct ScavengeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scavenge",
        abstract: "Make the server reclaim the space of deleted events.",
        discussion: """
            The connection string must name an administrator or operator. Servers up to 4.x answer when they are done, \
            later ones when they have begun.
            """
    )

    @ParentCommand var pump: Pump
    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let global = self.global.merged(with: self.pump.global)
        let configuration = try global.configuration()
        try await interruptible {
            try await withClient(configuration, logger: global.logger) { client in
                let outcome = try await client.scavenge()
                print(global.json ? "\(EventOutput.json(outcome))" : EventOutput.text(outcome))
            }
        }
    }
}

extension EventOutput {
    static func text(_ outcome: ScavengeOutcome) -> String {
        switch outcome {
        case .finished(let time, let bytes): "scavenged \(bytes) bytes in \(time)"
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
