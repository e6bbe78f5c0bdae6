import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

@Suite(.timeLimit(.minutes(1))) struct FilteredReadTests {
    /// Eight events: 0@ant 0@bee 1@ant 0@$c 2@ant 1@bee 3@ant and a link 0@links to 1@bee.
    private static func node() -> TestNode {
        TestNode { log in
            for (stream, letter) in zip(["ant", "bee", "ant", "$c", "ant", "bee", "ant"], "abcdefg") {
                log.write(String(letter), to: stream)
            }
            let link = ProposedEvent(letter: "l", type: "$>", data: "1@bee")
            _ = log.write([link], to: "links", expecting: .any, now: 0)
        }
    }

    private static func names(_ page: FilteredReadAllEventsCompleted) -> [String] {
        page.events.compactMap { ($0.record.link ?? $0.record.event).map { "\($0.number)@\($0.stream.text)" } }
    }

    @Test(
        "get the events whose stream or type fits, of the record in the log",
        arguments: [
            (Filter(.streamID, .prefix, ["be"]), ["0@bee", "1@bee"]),
            (Filter(.streamID, .prefix, ["bee", "$", "nothing"]), ["0@bee", "0@$c", "1@bee"]),
            (Filter(.streamID, .prefix, ["beetle"]), []),
            (Filter(.streamID, .prefix, ["EE", "ee"]), []),
            (Filter(.streamID, .regex, ["e{2}$"]), ["0@bee", "1@bee"]),
            (Filter(.streamID, .regex, ["^(bee|links)$"]), ["0@bee", "1@bee", "0@links"]),
            (Filter(.eventType, .prefix, ["$"]), ["0@links"]),
            (
                Filter(.eventType, .regex, [#"^[^\$].*"#]),
                ["0@ant", "0@bee", "1@ant", "0@$c", "2@ant", "1@bee", "3@ant"]
            ),
        ],
        [ReadDirection.forward, .backward]
    )
    func matching(_ row: (filter: Filter, names: [String]), _ direction: ReadDirection) throws {
        for resolves in [false, true] {
            let start: Int64 = direction == .forward ? 0 : -1
            let node = Self.node()
            let page = try #require(node.readAll(row.filter, direction, from: (start, start), resolveLinks: resolves))
            #expect(Self.names(page) == (direction == .forward ? row.names : row.names.reversed()))
            #expect(page.isEndOfStream)
            #expect(page.result == nil)
        }
    }

    private static let endless = Filter(.eventType, .regex, ["^(a|a)*$"])
    private static let endlessType = String(repeating: "a", count: 60) + "b"

    @Test("end with an error when an expression takes too long", arguments: [ReadDirection.forward, .backward])
    func endless(_ direction: ReadDirection) throws {
        let node = TestNode()
        TestClient(node).write("ab", to: "s", type: Self.endlessType)
        let start: Int64 = direction == .forward ? 0 : -1
        let page = try #require(node.readAll(Self.endless, direction, from: (start, start)))
        #expect(page.result == .error)
        #expect(page.error == "The filter's expression takes too long.")
        #expect(page.events.isEmpty)
        let other = try #require(node.readAll(Filter(.eventType, .regex, ["^a+b$"]), direction, from: (start, start)))
        #expect(other.events.count == 2)
    }

    @Test("drop a subscription whose expression takes too long, and tell it why")
    func endlessSubscription() throws {
        let node = TestNode()
        let client = TestClient(node)
        for (number, filter) in [Self.endless, Filter(.eventType, .regex, ["^a+"])].enumerated() {
            let subscribe = FilteredSubscribe(stream: "", resolveLinks: false, filter: filter, checkpointInterval: 1)
            client.send(subscribe, .filteredSubscribeToStream, as: UInt64(number))
        }
        _ = node.told()
        client.write("a", to: "s", type: "a")
        #expect(node.told().count == 4)
        client.write("b", to: "s", type: Self.endlessType)
        let told = node.told()
        #expect(told.count == 3)
        #expect(told.contains("1/0 \(Command.badRequest)"), "\(told)")
        client.write("c", to: "s", type: "a")
        #expect(node.told().allSatisfy { $0.hasPrefix("1/1 ") })
    }

    @Test("go on for ever with an expression that is merely slow, at some events")
    func slow() throws {
        var filter = try EventFilter(Self.endless)
        let type = Bytes(utf8: String(repeating: "a", count: 12) + "b")
        let record = EventRecord(
            stream: Bytes(utf8: "s"), number: 0, id: GUID(1, 1), type: type, isJSON: true, data: Bytes(),
            metadata: Bytes(), created: 0)
        for _ in 0..<500 where filter.fits(record) { Issue.record("it does not fit") }
        #expect(!filter.isSpent)
    }

    @Test("compare an expression with the first thousand characters")
    func longNames() throws {
        let node = TestNode()
        TestClient(node).write("a", to: "s", type: String(repeating: "ü", count: 1_000) + "b")
        let fits = { (pattern: String) in node.readAll(Filter(.eventType, .regex, [pattern]))?.events.count }
        #expect(fits("^ü{1000}$") == 1)
        #expect(fits("b") == 0)
    }

    @Test(
        "refuse expressions that are too long, and too many prefixes",
        arguments: [
            Filter(.eventType, .regex, [String(repeating: "a", count: 4_097)]),
            Filter(.eventType, .prefix, [String](repeating: "a", count: 1_001)),
        ])
    func excessive(_ filter: Filter) {
        #expect(throws: MalformedMessage.self) { try EventFilter(filter) }
    }

    @Test("get what a link leads to when the link itself fits")
    func links() throws {
        let page = try #require(Self.node().readAll(Filter(.streamID, .prefix, ["l"]), resolveLinks: true))
        #expect(page.events.map(\.record.event?.stream.text) == ["bee"])
        #expect(page.events.map(\.record.link?.stream.text) == ["links"])
    }

    @Test(
        "look at no more events than the window has, fitting or not, and go on behind them",
        arguments: [ReadDirection.forward, .backward],
        1...9 as ClosedRange<Int32>
    )
    func window(_ direction: ReadDirection, _ window: Int32) throws {
        let node = Self.node()
        var position: (Int64, Int64) = direction == .forward ? (0, 0) : (-1, -1)
        var pages: [[String]] = []
        var isEnd = false
        while !isEnd, pages.count < 20 {
            let filter = Filter(.streamID, .prefix, ["bee"])
            let page = try #require(node.readAll(filter, direction, from: position, count: 8, window: window))
            pages.append(Self.names(page))
            position = (page.nextCommitPosition, page.nextPreparePosition)
            isEnd = page.isEndOfStream
        }
        #expect(pages.flatMap(\.self) == (direction == .forward ? ["0@bee", "1@bee"] : ["1@bee", "0@bee"]))
        // The last page is the one that finds nothing more to look at.
        #expect(pages.count == 8 / Int(window) + 1)
    }

    @Test("have a window of as many events as are asked for, unless it is given")
    func defaultWindow() throws {
        let filter = Filter(.streamID, .prefix, ["bee"])
        let page = try #require(Self.node().readAll(filter, count: 1))
        #expect(page.events.isEmpty)
        #expect(!page.isEndOfStream)
        #expect(try #require(Self.node().readAll(filter, count: 1, window: 2)).events.count == 1)
    }

    @Test("find the end forwards from where it is, and keep the position")
    func end() throws {
        let node = Self.node()
        let page = try #require(node.readAll(Filter(.streamID, .prefix, [""]), from: (-1, -1)))
        #expect(page.isEndOfStream)
        #expect(page.commitPosition == node.log.endPosition)
        #expect(page.nextCommitPosition == node.log.endPosition)
    }

    @Test(
        "are bad requests when the filter means nothing",
        arguments: [
            Filter(.streamID, .prefix, []), Filter(.eventType, .regex, []), Filter(.eventType, .regex, ["a", "b"]),
            Filter(.eventType, .regex, ["("]), Filter(.init(rawValue: 2), .prefix, ["a"]),
            Filter(.streamID, .init(rawValue: 2), ["a"]),
        ],
        [Command.filteredReadAllEventsForward, .filteredReadAllEventsBackward]
    )
    func meaningless(_ filter: Filter, _ command: Command) throws {
        let read = FilteredReadAllEvents(
            commitPosition: 0, preparePosition: 0, maxCount: 1, resolveLinks: false, requireMaster: true,
            filter: filter
        )
        let answer = try #require(try Self.node().ask(read, command, login: .admin))
        #expect(answer.command == .badRequest)
        #expect(answer.text?.hasPrefix("Could not unwrap network package for command \(command).") == true)
        #expect(answer.note?.hasPrefix("unreadable Filter: ") == true)
    }

    @Test(
        "are refused like other reads of $all",
        arguments: [(-1, 0, 1, "Invalid position."), (1, 1, 1, nil), (0, 0, 4097, nil)]
            as [(Int64, Int64, Int32, String?)]
    )
    func refusals(_ row: (commit: Int64, prepare: Int64, count: Int32, text: String?)) throws {
        let node = Self.node()
        let filter = Filter(.streamID, .prefix, ["a"])
        let page = try #require(node.readAll(filter, from: (row.commit, row.prepare), count: row.count))
        #expect(page.result == .error)
        #expect(page.error == node.readAll(from: (row.commit, row.prepare), count: row.count)?.error)
        #expect(page.error != nil)
        #expect((page.commitPosition, page.nextCommitPosition) == (row.commit, -1))
        if let text = row.text { #expect(page.error == text) }
    }

    @Test("are for those who may read $all")
    func access() throws {
        let filter = Filter(.streamID, .prefix, ["a"])
        #expect(Self.node().readAll(filter, login: nil)?.result == .accessDenied)
        #expect(
            Self.node().readAll(filter, login: try Login(name: "ops", password: "changeit"))?.result == .accessDenied)
        let open = TestNode { $0.describe("$all", #"{"$acl":{"$r":"$all"}}"#) }
        #expect(open.readAll(filter, login: nil)?.result == nil)
    }

    @Test("are not known by a server of an older line")
    func unknown() throws {
        let read = FilteredReadAllEvents(
            commitPosition: 0, preparePosition: 0, maxCount: 1, resolveLinks: false, requireMaster: true,
            filter: Filter(.streamID, .prefix, ["a"])
        )
        let node = TestNode(offersFilteredReads: false)
        for command in [Command.filteredReadAllEventsForward, .filteredReadAllEventsBackward] {
            #expect(try node.ask(read, command, login: .admin)?.command == .badRequest)
        }
    }

    @Test("go over a socket, to a server that is configured for them", arguments: [true, false])
    func socket(_ offers: Bool) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        configuration.offersFilteredReads = offers
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            let client = try await ScriptedPeer.connect(to: server)
            for (number, stream) in ["ant", "bee"].enumerated() {
                let event = ProposedEvent(letter: Character(UnicodeScalar(UInt8(97 + number))))
                let write = WriteEvents(stream: stream, expectedVersion: -2, events: [event], requireMaster: true)
                _ = try await client.ask(Package(.writeEvents, GUID(1, UInt64(number)), payload: write.encoded()))
            }
            let read = FilteredReadAllEvents(
                commitPosition: -1, preparePosition: -1, maxCount: 5, resolveLinks: false, requireMaster: true,
                filter: Filter(.streamID, .regex, ["ee"])
            )
            let package = Package(
                .filteredReadAllEventsBackward, GUID(2, 0), login: try .admin, payload: read.encoded()
            )
            let answer = try #require(try await client.ask(package))
            #expect(answer.correlation == package.correlation)
            #expect(answer.command == (offers ? .filteredReadAllEventsBackwardCompleted : .badRequest))
            if offers {
                #expect(Self.names(try FilteredReadAllEventsCompleted(decoding: answer.payload)) == ["0@bee"])
            }
        }
    }
}
