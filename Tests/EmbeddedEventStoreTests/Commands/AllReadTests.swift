import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct AllReadTests {
    private static func node() -> TestNode {
        TestNode { log in
            log.write("abc", to: "s")
            let links = ["1@s", "9@s"].enumerated().map { offset, target in
                ProposedEvent(letter: Character(UnicodeScalar(UInt8(65 + offset))), type: "$>", data: target)
            }
            _ = log.write(links, to: "links", expecting: .any, now: 0)
        }
    }

    @Test("from the end there is nothing forwards, and the position is the real one")
    func end() throws {
        let node = Self.node()
        let page = try #require(node.readAll(from: (-1, -1)))
        #expect(page.events.isEmpty)
        #expect(page.result == nil)
        #expect(page.error == nil)
        #expect(page.commitPosition == node.log.endPosition)
        #expect(page.preparePosition == node.log.endPosition)
        #expect(page.nextCommitPosition == node.log.endPosition)
        #expect(page.nextPreparePosition == node.log.endPosition)
    }

    @Test("links come with what they lead to, or alone, at their own positions")
    func links() throws {
        let node = Self.node()
        let page = try #require(node.readAll(.backward, from: (-1, -1), count: 2, resolveLinks: true))
        #expect(page.events.map(\.record.link?.data.text) == ["9@s", "1@s"])
        #expect(page.events.map(\.record.event?.number) == [nil, 1])
        #expect(page.events.map(\.commitPosition) == node.log.entries.suffix(2).reversed().map(\.commit.lowerBound))
        let plain = try #require(node.readAll(.backward, from: (-1, -1), count: 2))
        #expect(plain.events.map(\.record.event?.data.text) == ["9@s", "1@s"])
    }

    @Test(
        "what cannot be read is refused with a reason",
        arguments: [
            (-1, 0, 1, "Invalid position."), (0, -1, 1, "Invalid position."), (-2, -2, 1, "Invalid position."),
            (.min, .min, 1, "Invalid position."), (0, 0, 4097, "Read size too big, should be less than 4096 items"),
            (1, 1, 1, "Log record at actual pos 1 cannot be read: none starts there."),
        ] as [(Int64, Int64, Int32, String)],
        [ReadDirection.forward, .backward]
    )
    func refusals(_ row: (Int64, Int64, Int32, String), _ direction: ReadDirection) throws {
        let page = try #require(Self.node().readAll(direction, from: (row.0, row.1), count: row.2))
        #expect(page.result == .error)
        #expect(page.error == row.3)
        #expect(page.commitPosition == row.0)
        #expect(page.preparePosition == row.1)
        #expect(page.nextCommitPosition == -1)
        #expect(page.nextPreparePosition == -1)
        #expect(page.events.isEmpty)
    }

    @Test("only who may read $all may", arguments: [ReadDirection.forward, .backward])
    func access(_ direction: ReadDirection) throws {
        for login in [nil, try Login(name: "ops", password: "changeit")] {
            let page = try #require(Self.node().readAll(direction, from: (0, 0), login: login))
            #expect(page.result == .accessDenied)
            #expect(page.error == nil)
            #expect(page.nextCommitPosition == -1)
        }
        let open = TestNode { $0.describe("$all", #"{"$acl":{"$r":"$all"}}"#) }
        #expect(open.readAll(direction, login: nil)?.result == nil)
    }

    @Test("one link to where the reader may not look costs the whole page")
    func denied() throws {
        let node = TestNode { log in
            log.describe("$all", #"{"$acl":{"$r":"$all"}}"#)
            log.write("a", to: "$hidden")
            let link = ProposedEvent(letter: "l", type: "$>", data: "0@$hidden")
            _ = log.write([link], to: "links", expecting: .any, now: 0)
        }
        #expect(node.readAll(resolveLinks: true, login: nil)?.result == .accessDenied)
        #expect(node.readAll(resolveLinks: false, login: nil)?.events.count == 3)
    }

    @Test(
        "administrators and operators may scavenge",
        arguments: [("admin", .success), ("ops", .success), (nil, .failed)]
            as [(String?, ScavengeDatabaseCompleted.Result)]
    )
    func scavenge(_ name: String?, _ result: ScavengeDatabaseCompleted.Result) throws {
        var session = Session()
        let login = try name.map { try Login(name: $0, password: "changeit") }
        let answer = Self.node().answer(Package(.scavengeDatabase, GUID(1, 2), login: login), &session)
        let completed: ScavengeDatabaseCompleted = try #require(answer?.message())
        #expect(completed.result == result)
        #expect(completed.text == (result == .success ? nil : "Access denied."))
    }
}
