import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct AccessRulesTests {
    typealias Right = AccessRules.Right

    private static let admin = Identity.user(name: "admin", groups: ["$admins"])
    private static let ops = Identity.user(name: "ops", groups: ["$ops"])
    private static let everything: [Right] = [.read, .write, .delete, .readMetadata, .writeMetadata]

    /// Of a stream: what its name is, what everybody may do with it, what administrators may.
    struct Row: Sendable {
        let stream: String
        let everybody: [Right]
        let administrators: [Right]
    }

    @Test(
        "who may do what",
        arguments: [
            Row(stream: "orders", everybody: Self.everything, administrators: Self.everything),
            Row(stream: "a$b", everybody: Self.everything, administrators: Self.everything),
            Row(stream: "$users", everybody: [], administrators: Self.everything),
            Row(stream: "$", everybody: [], administrators: Self.everything),
            Row(stream: "$all", everybody: [], administrators: [.read, .readMetadata, .writeMetadata]),
            Row(stream: "$$orders", everybody: [.read, .write], administrators: [.read, .write]),
            Row(stream: "$$$users", everybody: [], administrators: [.read, .write]),
            Row(stream: "$$$all", everybody: [], administrators: [.read, .write]),
            Row(stream: "$$$$orders", everybody: [], administrators: []),
        ]
    )
    func rights(_ row: Row) {
        for right in Self.everything {
            let stream = StreamName(row.stream)
            #expect(AccessRules.allow(.anonymous, to: right, stream) == row.everybody.contains(right), "\(right)")
            #expect(AccessRules.allow(Self.ops, to: right, stream) == row.everybody.contains(right), "\(right)")
            #expect(AccessRules.allow(Self.admin, to: right, stream) == row.administrators.contains(right), "\(right)")
            #expect(!AccessRules.allow(.refused, to: right, stream), "\(right)")
        }
    }

    @Test("a login is known by its name and its whole password")
    func logins() throws {
        let users = UserDirectory([.admin, .ops])
        #expect(try users.identity(of: .init(name: "admin", password: "changeit")) == Self.admin)
        #expect(try users.identity(of: .init(name: "ops", password: "changeit")) == Self.ops)
        for (name, password) in [("admin", "change"), ("admin", ""), ("nobody", "changeit"), ("", "")] {
            #expect(try users.identity(of: .init(name: name, password: password)) == .refused)
        }
    }
}
