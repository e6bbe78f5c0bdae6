import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

@Suite("Changing credentials", .timeLimit(.minutes(1)))
struct ChangingCredentialsTests {
    @Test("changing credentials changes nothing while the server has not confirmed the user")
    func unconfirmed() async throws {
        let old = Credentials(username: "old", password: "secret")
        try await ScriptedSession.run({ $0.credentials = old }, Self.changeWithoutAnswer)
    }

    private static func changeWithoutAnswer(_ session: ScriptedSession) async throws {
        let change = Task {
            try await session.client.changeCredentials(
                to: Credentials(username: "new", password: "secret"), timeout: .seconds(1))
        }
        let read = try await session.peer.next(.readEvent)
        #expect(read.login?.name == "new")
        let denied = ReadEventCompleted(result: .accessDenied)
        try await session.peer.send(Package(.readEventCompleted, read.correlation, payload: denied.encoded()))
        _ = try await session.peer.next(.authenticate)
        #expect(try await failure { try await change.value }.code == .timedOut)

        await session.peer.close()
        let peer = try await session.server.nextConnection()
        let question = try await peer.next(.authenticate)
        #expect(question.login?.name == "old")
        try await peer.acceptHandshake(after: question)
    }
}
