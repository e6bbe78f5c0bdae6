import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct AccessRulesTests {
    typealias Right = AccessRight

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
            let (log, stream) = (EventLog(seed: 0), StreamName(row.stream))
            #expect(log.allows(.anonymous, to: right, stream) == row.everybody.contains(right), "\(right)")
            #expect(log.allows(Self.ops, to: right, stream) == row.everybody.contains(right), "\(right)")
            #expect(log.allows(Self.admin, to: right, stream) == row.administrators.contains(right), "\(right)")
        }
    }

    /// Settings, a stream's metadata, and who may read it then.
    struct Lists: Sendable, CustomTestStringConvertible {
        let settings: String
        let stream: String
        let metadata: String
        let readers: [String]

        init(_ settings: String, _ stream: String, _ metadata: String, _ readers: [String]) {
            self.settings = settings
            self.stream = stream
            self.metadata = metadata
            self.readers = readers
        }

        var testDescription: String { "\(self.settings), \(self.stream): \(self.metadata)" }
    }

    @Test(
        "a stream's list goes before the settings, and those before what is built in",
        arguments: [
            Lists("{}", "s", #"{"$acl":{"$r":"$admins"}}"#, ["admin"]),
            Lists("{}", "s", #"{"$acl":{"$r":[]}}"#, ["admin"]),
            Lists("{}", "s", #"{"$acl":{"$r":["$ops","other"]}}"#, ["admin", "ops"]),
            Lists("{}", "s", #"{"$acl":{"$r":"ops"}}"#, ["admin", "ops"]),
            Lists("{}", "s", #"{"$acl":{"$r":["x","$all"]}}"#, ["admin", "ops", "anonymous"]),
            Lists("{}", "s", #"{"$acl":{"$w":"$admins"}}"#, ["admin", "ops", "anonymous"]),
            Lists("{}", "$s", #"{"$acl":{"$r":"$all"}}"#, ["admin", "ops", "anonymous"]),
            Lists("{}", "$all", #"{"$acl":{"$r":"ops"}}"#, ["admin", "ops"]),
            Lists(#"{"$userStreamAcl":{"$r":"ops"}}"#, "s", "{}", ["admin", "ops"]),
            Lists(#"{"$userStreamAcl":{"$r":"ops"}}"#, "s", #"{"$acl":{"$w":"x"}}"#, ["admin", "ops"]),
            Lists(#"{"$userStreamAcl":{"$r":"ops"}}"#, "s", #"{"$acl":{"$r":"$all"}}"#, ["admin", "ops", "anonymous"]),
            Lists(#"{"$userStreamAcl":{"$w":"ops"}}"#, "s", "{}", ["admin", "ops", "anonymous"]),
            Lists(#"{"$userStreamAcl":{"$r":"ops"}}"#, "$s", "{}", ["admin"]),
            Lists(#"{"$systemStreamAcl":{"$r":"ops"}}"#, "$s", "{}", ["admin", "ops"]),
            Lists(#"{"$userStreamAcl":7}"#, "s", "{}", ["admin", "ops", "anonymous"]),
        ]
    )
    func lists(_ lists: Lists) {
        var log = EventLog(seed: 0)
        log.configure(lists.settings)
        log.describe(lists.stream, lists.metadata)
        let identities = [("admin", Self.admin), ("ops", Self.ops), ("anonymous", .anonymous)]
        let readers = identities.filter { log.allows($0.1, to: .read, StreamName(lists.stream)) }.map(\.0)
        #expect(readers == lists.readers)
    }

    @Test("nobody writes to $all, whatever its list says")
    func writingToAll() {
        var log = EventLog(seed: 0)
        log.describe("$all", #"{"$acl":{"$w":"$all","$d":"$all"}}"#)
        #expect(!log.allows(Self.admin, to: .write, .all))
        #expect(!log.allows(Self.admin, to: .delete, .all))
    }

    @Test("settings are replaced as a whole")
    func replacedSettings() {
        var log = EventLog(seed: 0)
        log.configure(#"{"$userStreamAcl":{"$r":"ops"}}"#)
        log.configure("{}")
        #expect(log.allows(.anonymous, to: .read, "s"))
    }

    @Test("who may read and write the metadata of a stream may read and write its metastream")
    func metastreams() {
        var log = EventLog(seed: 0)
        log.describe("s", #"{"$acl":{"$mr":"ops","$mw":"x"}}"#)
        #expect(log.allows(Self.ops, to: .read, "$$s"))
        #expect(!log.allows(.anonymous, to: .read, "$$s"))
        #expect(!log.allows(Self.ops, to: .write, "$$s"))
        #expect(log.allows(.anonymous, to: .read, "s"))
    }

    @Test("a login is known by its name and its whole password")
    func logins() throws {
        let users = UserDirectory([.admin, .ops], now: 0)
        #expect(try users.identity(of: .init(name: "admin", password: "changeit")) == Self.admin)
        #expect(try users.identity(of: .init(name: "ops", password: "changeit")) == Self.ops)
        for (name, password) in [("admin", "change"), ("admin", ""), ("nobody", "changeit"), ("", "")] {
            #expect(try users.identity(of: .init(name: name, password: password)) == nil)
        }
    }
}
