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
        let text = reply.text ?? ""
        switch reply.result {
        case .inProgress:
            return .finish(.runsAlready)
        case .success where reply.totalMilliseconds == nil && !text.isEmpty:
            return .finish(.started(id: text))
        case .success:
            // A server that leaves out zeros may have taken no time, but one that has just begun gives an id.
            let time = Duration.milliseconds(reply.totalMilliseconds ?? 0)
            return .finish(.finished(after: time, reclaimedBytes: reply.spaceSaved ?? 0))
        case .failed:
            // The later form has no other failure, and no words: an id, or nothing. In the earlier one only the text
            // gives the reason.
            let isLaterForm = reply.totalMilliseconds == nil && !text.contains(" ")
            let isDenied = isLaterForm || text.lowercased().contains("access denied")
            return .fail(
                isDenied
                    ? self.error(.accessDenied, "access denied")
                    : self.error(.serverError, "the server reported an error", words: reply.text))
        default:
            return .fail(self.unknownResult(reply.result.rawValue, words: reply.text))
        }
    }
}
