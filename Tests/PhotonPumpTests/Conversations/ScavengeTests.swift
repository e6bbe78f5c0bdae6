import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Scavenging")
struct ScavengeTests {
    @Test(
        "scavenging tells a server that is done (4.x) from one that has begun (5.x)",
        arguments: [
            (
                ScavengeDatabaseCompleted(result: .success, totalMilliseconds: 7, spaceSaved: 8),
                ScavengeOutcome.finished(after: .milliseconds(7), reclaimedBytes: 8)
            ),
            (.init(result: .success, text: "5f2c"), .started(id: "5f2c")),
            // Without what is zero.
            (.init(result: .success), .finished(after: .zero, reclaimedBytes: 0)),
            (.init(result: .success, spaceSaved: 8), .finished(after: .zero, reclaimedBytes: 8)),
            (.init(result: .inProgress, totalMilliseconds: 0, spaceSaved: 0), .runsAlready),
            (.init(result: .inProgress, text: "5f2c"), .runsAlready),
        ]
    )
    func outcomes(reply: ScavengeDatabaseCompleted, outcome: ScavengeOutcome) throws {
        #expect(try Scavenge().received(reply).result.get() == outcome)
    }

    @Test(
        "scavenging tells what is forbidden from what went wrong",
        arguments: [
            (
                ScavengeDatabaseCompleted(
                    result: .failed, text: "Access denied.", totalMilliseconds: 0, spaceSaved: 0),
                PhotonPumpError.Code.accessDenied
            ),
            (.init(result: .failed, text: "5f2c"), .accessDenied),
            (.init(result: .failed), .accessDenied),
            (.init(result: .failed, text: "disk full"), .serverError),
            (.init(result: .failed, text: "Access denied."), .accessDenied),
            (.init(result: .failed, text: "disk full", totalMilliseconds: 0, spaceSaved: 0), .serverError),
            (.init(result: .init(rawValue: 9)), .unexpectedReply),
        ]
    )
    func failures(reply: ScavengeDatabaseCompleted, code: PhotonPumpError.Code) {
        #expect(Scavenge().received(reply).error?.code == code)
    }
}
