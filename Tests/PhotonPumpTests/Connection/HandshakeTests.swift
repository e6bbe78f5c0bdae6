import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The handshake")
struct HandshakeTests {
    private let id = GUID(1, 2)
    private let identity = IdentifyClient(version: 1, connectionName: "tests").encoded()

    private func handshake(as user: String?) throws -> Handshake {
        let login = try user.map { try Login(name: $0, password: "secret") }
        return Handshake(login: login, connectionName: "tests", correlation: self.id)
    }

    @Test("of a user authenticates, identifies, and is done")
    func authenticated() throws {
        var handshake = try self.handshake(as: "admin")
        #expect(handshake.opening.command == .authenticate)
        #expect(handshake.opening.login?.name == "admin")

        let identify = try #require(handshake.received(Package(.authenticated, self.id))?.sent)
        #expect(identify == Package(.identifyClient, self.id, payload: self.identity))

        #expect(handshake.received(Package(.clientIdentified, self.id))?.isFinish == true)
        #expect(handshake.received(Package(.clientIdentified, self.id)) == nil)
    }

    @Test("of nobody only identifies")
    func anonymous() throws {
        var handshake = try self.handshake(as: nil)
        #expect(handshake.opening == Package(.identifyClient, self.id, payload: self.identity))
        #expect(handshake.received(Package(.clientIdentified, self.id))?.isFinish == true)
    }

    @Test("S9: fails when the server does not accept the user, without naming the password")
    func refused() throws {
        var handshake = try self.handshake(as: "admin")
        let refusal = Package(.notAuthenticated, self.id, payload: Bytes(utf8: "Unauthorized"))
        let error = try #require(handshake.received(refusal)?.error)
        #expect(error.code == .notAuthenticated)
        #expect(error.serverMessage == "Unauthorized")
        #expect("\(error)".contains("'admin'"))
        #expect(!"\(error)".contains("secret"))
    }

    @Test("fails when the node is not ready")
    func notReady() throws {
        var handshake = try self.handshake(as: nil)
        let refusal = Package(.notHandled, self.id, payload: NotHandled(reason: .notReady).encoded())
        #expect(handshake.received(refusal)?.error?.code == .notHandled)
    }

    @Test("fails when the server does not know how to identify")
    func tooOld() throws {
        var handshake = try self.handshake(as: nil)
        #expect(handshake.received(Package(.badRequest, self.id))?.error?.code == .badRequest)
    }

    @Test("fails with the server's last words for the whole connection")
    func refusedConnection() throws {
        var handshake = try self.handshake(as: nil)
        let error = handshake.received(Package(.badRequest, .zero, payload: Bytes(utf8: "too many")))?.error
        #expect(error?.serverMessage == "too many")
    }

    @Test("takes no notice of packages with another id")
    func otherID() throws {
        var handshake = try self.handshake(as: nil)
        #expect(handshake.received(Package(.clientIdentified, GUID(9, 9))) == nil)
        #expect(handshake.received(Package(.clientIdentified, self.id))?.isFinish == true)
    }
}

extension Handshake.Action {
    fileprivate var sent: Package? { if case .send(let package) = self { package } else { nil } }
    fileprivate var error: PhotonPumpError? { if case .fail(let error, _) = self { error } else { nil } }
    fileprivate var isFinish: Bool { if case .finish = self { true } else { false } }
}
