import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("The pages of a stream")
struct StreamPagesTests {
    private let how = ReadOptions(resolveLinks: false, call: CallOptions())

    private func pages(_ direction: Direction, from position: StreamPosition?) throws -> StreamPages {
        try StreamPages("s", direction, from: position, pageSize: 10, self.how)
    }

    @Test(
        "the pages of a stream begin where they are told to",
        arguments: [
            (Direction.forward, StreamPosition?.none, Int64?(0)), (.forward, 7, 7), (.forward, .end, nil),
            (.backward, nil, -1), (.backward, .end, -1), (.backward, .start, 0), (.backward, 7, 7),
        ]
    )
    func start(direction: Direction, position: StreamPosition?, start: Int64?) throws {
        #expect(try self.pages(direction, from: position).start == start)
    }

    @Test(
        "the pages of a stream that cannot be read are refused",
        arguments: [("", Int64(0), 1), ("s", 0, 0), ("s", -1, 1), ("s", Int64.max, 1)]
    )
    func invalid(stream: String, number: Int64, pageSize: Int) throws {
        let error = try #require(throws: PhotonPumpError.self) {
            try StreamPages(stream, .backward, from: .number(number), pageSize: pageSize, self.how)
        }
        #expect(error.code == .invalidArgument)
    }

    @Test(
        "S37: the pages of a stream end where the server says so, not where a page is empty",
        arguments: [(Int64(5), false, Int64?(5)), (5, true, nil), (-1, true, nil), (-1, false, nil)]
    )
    func next(number: Int64, isEnd: Bool, next: Int64?) throws {
        let reply = ReadStreamEventsCompleted(
            result: .success, nextEventNumber: number, isEndOfStream: isEnd, lastCommitPosition: 0
        )
        #expect(try self.pages(.forward, from: nil).page(reply).next == next)
    }
}

@Suite("The pages of the log")
struct AllPagesTests {
    private let how = ReadOptions(resolveLinks: true, call: CallOptions(requireMaster: true))

    @Test(
        "the pages of the log begin where they are told to",
        arguments: [
            (Direction.forward, Position?.none, Position.start), (.backward, nil, .end),
            (.forward, Position(commit: 7, prepare: 5), Position(commit: 7, prepare: 5)), (.forward, .end, .end),
        ]
    )
    func start(direction: Direction, position: Position?, start: Position) throws {
        let pages = try AllPages(direction, from: position, pageSize: 10, self.how)
        #expect(pages.start?.position == start)
        let message = pages.reading(at: start, atMost: 10).message
        #expect((message.commitPosition, message.preparePosition) == (start.commit, start.prepare))
        #expect((message.maxCount, message.resolveLinks, message.requireMaster) == (10, true, true))
    }

    @Test(
        "the pages of the log that cannot be read are refused",
        arguments: [Position(commit: -1, prepare: 0), Position(commit: 5, prepare: -2)])
    func invalid(position: Position) {
        #expect(throws: PhotonPumpError.self) { try AllPages(.forward, from: position, pageSize: 10, self.how) }
    }

    @Test("the pages of the log end with an empty page, and only there")
    func end() throws {
        let pages = try AllPages(.forward, from: nil, pageSize: 10, self.how)
        let empty = ReadAllEventsCompleted(
            commitPosition: 9, preparePosition: 0, nextCommitPosition: 9, nextPreparePosition: 0
        )
        #expect(pages.page(.page(AllPage(empty), isServersWork: false)).next == nil)
        let one = ReadAllEventsCompleted(
            commitPosition: 0, preparePosition: 0,
            events: [
                PositionedRecord(
                    record: .init(event: Records.event(1), link: nil), commitPosition: 5, preparePosition: 5)
            ],
            nextCommitPosition: 9, nextPreparePosition: 0
        )
        let next = pages.page(.page(AllPage(one), isServersWork: false)).next
        #expect(next?.position == Position(commit: 9, prepare: 0))
    }

    @Test("the pages of the log are filtered by the client from where the server says that it cannot")
    func beyondServer() throws {
        let pages = try AllPages(.forward, from: nil, pageSize: 10, matching: .types(prefixedBy: "a"), self.how)
        #expect(pages.start?.isServersWork == true)
        let page = pages.page(.beyondServer(Position(commit: 7, prepare: 7)))
        #expect(page.elements.isEmpty)
        #expect(page.next?.position == Position(commit: 7, prepare: 7))
        #expect(page.next?.isServersWork == false)
    }
}
