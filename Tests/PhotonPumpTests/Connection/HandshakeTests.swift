import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The handshake")
struct HandshakeTests {
    private let identity = IdentifyClient(version: 1, connectionName: "tests").encoded()
    private let now = Environment.Instant.now
    private let ids = (0..<9).map { GUID(UInt64($0), 7) }

    /// A handshake that has asked its first question, under the first id.
    private func begun(
        as user: String?, acquaintance: Handshake.Acquaintance? = nil
    ) throws -> (Handshake, question: Package?) {
        let login = try user.map { try Login(name: $0, password: "secret") }
        var handshake = Handshake(
            login: login, connectionName: "tests", acquaintance: acquaintance, now: self.now)
        let question = handshake.look(self.ids[0], now: self.now)
        return (handshake, question)
    }

    @Test("the handshake of a user authenticates, identifies, and is done")
    func authenticated() throws {
        var (handshake, question) = try self.begun(as: "admin")
        #expect(question?.command == .authenticate)
        #expect(question?.login?.name == "admin")

        let accepted = handshake.received(Package(.authenticated, self.ids[0]), nextID: self.ids[1], now: self.now)
        #expect(accepted?.sent == Package(.identifyClient, self.ids[1], payload: self.identity))

        let known = Package(.clientIdentified, self.ids[1])
        #expect(handshake.received(known, nextID: self.ids[2], now: self.now)?.isFinish == true)
        #expect(handshake.received(known, nextID: self.ids[2], now: self.now) == nil)
        #expect(handshake.look(self.ids[2], now: self.now + .seconds(9)) == nil)
    }

    @Test("the handshake takes no answer to what it has not asked yet", arguments: ["admin", nil])
    func early(user: String?) throws {
        let login = try user.map { try Login(name: $0, password: "secret") }
        var handshake = Handshake(login: login, connectionName: "tests", acquaintance: nil, now: self.now)
        for command in [Command.authenticated, .clientIdentified] {
            let action = handshake.received(Package(command, .zero), nextID: self.ids[1], now: self.now)
            #expect(action?.sent == nil && action?.isFinish != true)
        }
        #expect(handshake.look(self.ids[0], now: self.now)?.command == (user == nil ? .identifyClient : .authenticate))
    }

    @Test("the handshake of nobody only identifies")
    func anonymous() throws {
        var (handshake, question) = try self.begun(as: nil)
        #expect(question == Package(.identifyClient, self.ids[0], payload: self.identity))
        let known = Package(.clientIdentified, self.ids[0])
        #expect(handshake.received(known, nextID: self.ids[1], now: self.now)?.isFinish == true)
    }

    @Test(
        "S79: the handshake asks again until it is answered, under another id each time, and only the last one counts")
    func askingAgain() throws {
        for (user, asking, answer) in [
            ("admin", .authenticate, .authenticated), (nil, .identifyClient, .clientIdentified),
        ] as [(String?, Command, Command)] {
            var (handshake, _) = try self.begun(as: user)
            #expect(handshake.look(self.ids[1], now: self.now + .milliseconds(249)) == nil)
            var now = self.now
            for number in 1...4 {
                now = handshake.askAgain
                let question = handshake.look(self.ids[number], now: now)
                #expect(question?.command == asking)
                #expect(question?.correlation == self.ids[number])
            }
            #expect(now - self.now == .seconds(1))
            for early in 0..<4 {
                let late = Package(answer, self.ids[early])
                #expect(handshake.received(late, nextID: self.ids[5], now: now)?.isWait == true)
            }
            let action = handshake.received(Package(answer, self.ids[4]), nextID: self.ids[5], now: now)
            #expect(action?.sent != nil || action?.isFinish == true)
        }
    }

    @Test("the handshake gives the last question as long as an earlier one took, so that a slow server can answer it")
    func slowServer() throws {
        var (handshake, _) = try self.begun(as: "admin")
        var number = 0
        // Every answer takes a second.
        var asked = [(self.ids[0], self.now)]
        var now = self.now
        while now < self.now + .seconds(3) {
            now += .milliseconds(50)
            if let due = asked.first, now >= due.1 + .seconds(1) {
                asked.removeFirst()
                let answer = Package(.authenticated, due.0)
                if handshake.received(answer, nextID: GUID(99, 9), now: now)?.sent != nil { return }
            }
            number += 1
            let id = GUID(UInt64(number), 8)
            if handshake.look(id, now: now) != nil { asked.append((id, now)) }
        }
        Issue.record("not accepted in \(asked.count) questions")
    }

    @Test("S9: the handshake fails when the server does not accept the user, without naming the password")
    func refused() throws {
        var (handshake, _) = try self.begun(as: "admin")
        let refusal = Package(.notAuthenticated, self.ids[0], payload: Bytes(utf8: "Unauthorized"))
        let action = handshake.received(refusal, nextID: self.ids[1], now: self.now)
        let error = try #require(action?.error)
        #expect(error.code == .notAuthenticated)
        #expect(error.serverMessage == "Unauthorized")
        #expect("\(error)".contains("'admin'"))
        #expect(!"\(error)".contains("secret"))
        #expect(action?.isPermanent == true)
    }

    @Test("S79: the handshake asks again for a user who was accepted before, until that has lasted too long")
    func refusedWhileStarting() throws {
        var (handshake, _) = try self.begun(
            as: "admin", acquaintance: .init(refusedSince: nil, patience: .seconds(1)))
        func refuse(_ id: GUID, at now: Environment.Instant) -> Handshake.Action? {
            let refusal = Package(.notAuthenticated, id, payload: Bytes(utf8: "Unauthorized"))
            return handshake.received(refusal, nextID: GUID(99, 9), now: now)
        }
        var now = self.now
        for number in 0..<4 {
            #expect(refuse(self.ids[number], at: now)?.isWait == true)
            #expect(handshake.refusal?.code == .notAuthenticated)
            #expect(handshake.acquaintance?.refusedSince == self.now)
            now = handshake.askAgain
            #expect(handshake.look(self.ids[number + 1], now: now)?.command == .authenticate)
        }
        #expect(refuse(self.ids[4], at: now)?.isPermanent == true)
    }

    @Test(
        "S79: the handshake asks again for whom the node says that it is not ready, known or not",
        arguments: [nil, "admin"])
    func notReady(user: String?) throws {
        var (handshake, _) = try self.begun(as: user)
        let refusals = [
            Package(.notHandled, self.ids[0], payload: NotHandled(reason: .notReady).encoded()),
            Package(.notAuthenticated, self.ids[0], payload: Bytes(utf8: "Server not yet ready")),
        ]
        for refusal in refusals {
            #expect(handshake.received(refusal, nextID: self.ids[1], now: self.now)?.isWait == true)
        }
        #expect(handshake.refusal?.code == .notAuthenticated)
        #expect(handshake.look(self.ids[1], now: self.now + .milliseconds(250)) != nil)
    }

    @Test("the handshake fails when the server does not know how to identify")
    func tooOld() throws {
        var (handshake, _) = try self.begun(as: nil)
        let action = handshake.received(Package(.badRequest, self.ids[0]), nextID: self.ids[1], now: self.now)
        #expect(action?.error?.code == .badRequest)
    }

    @Test("the handshake fails with the server's last words for the whole connection")
    func refusedConnection() throws {
        var (handshake, _) = try self.begun(as: nil)
        let words = Package(.badRequest, .zero, payload: Bytes(utf8: "too many"))
        let error = handshake.received(words, nextID: self.ids[1], now: self.now)?.error
        #expect(error?.serverMessage == "too many")
    }

    @Test("the handshake takes no notice of other packages")
    func otherPackage() throws {
        var (handshake, _) = try self.begun(as: nil)
        #expect(handshake.received(Package(.pong, GUID(9, 9)), nextID: self.ids[1], now: self.now) == nil)
        let known = Package(.clientIdentified, self.ids[0])
        #expect(handshake.received(known, nextID: self.ids[1], now: self.now)?.isFinish == true)
    }
}

extension Handshake.Action {
    fileprivate var sent: Package? { if case .send(let package) = self { package } else { nil } }
    fileprivate var error: PhotonPumpError? { if case .fail(let error, _) = self { error } else { nil } }
    fileprivate var isPermanent: Bool { if case .fail(_, true) = self { true } else { false } }
    fileprivate var isFinish: Bool { if case .finish = self { true } else { false } }
    fileprivate var isWait: Bool { if case .wait = self { true } else { false } }
}
