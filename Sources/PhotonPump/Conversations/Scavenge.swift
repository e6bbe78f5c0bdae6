internal import PhotonPumpWire

/// Asks the server to reclaim the space of deleted events.
///
/// Up to 4.x the answer comes at the end and says how long it took. From 5.0 on it comes at the beginning, with the
/// same command, and holds the id of the scavenge where the error was (protocol: ScavengeDatabaseCompleted and
/// ScavengeDatabaseResponse).
struct Scavenge: Conversation {
    var stream: String? { nil }
    var operation: String { "scavenge" }
    var request: Request { Request(command: .scavengeDatabase, message: Echo()) }
    /// A server that is scavenging already says so.
    var effect: Effect { .repeatable }
    var replyCommand: Command { .scavengeDatabaseCompleted }

    func received(_ reply: ScavengeDatabaseCompleted) -> Step<ScavengeOutcome> {
        switch (reply.result, reply.totalMilliseconds) {
        case (.inProgress, _):
            return .finish(.runsAlready)
        case (.success, let milliseconds?):
            return .finish(.finished(after: .milliseconds(milliseconds), reclaimedBytes: reply.spaceSaved ?? 0))
        case (.success, nil):
            return .finish(.started(id: reply.text ?? ""))
        case (.failed, nil):
            return .fail(PhotonPumpError(.accessDenied, "\(self.operation): access denied"))
        case (.failed, _):
            // Only the text gives the reason.
            let isDenied = reply.text?.lowercased().contains("access denied") ?? false
            return .fail(
                PhotonPumpError(
                    isDenied ? .accessDenied : .serverError,
                    "\(self.operation): \(isDenied ? "access denied" : "the server failed")",
                    serverMessage: isDenied ? nil : reply.text
                )
            )
        default:
            return .fail(
                .unknownResult(
                    reply.result.rawValue, operation: self.operation, stream: nil, message: reply.text))
        }
    }
}
