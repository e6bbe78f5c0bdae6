import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Reading one event")
struct ReadOneEventTests {
    private let conversation = ReadOneEvent(
        message: ReadEvent(stream: "ponies", eventNumber: 5, resolveLinks: true, requireMaster: false)
    )

    @Test("reading one event gives the event")
    func success() throws {
        let record = Records.event(5)
        let reply = ReadEventCompleted(result: .success, event: ResolvedRecord(event: record, link: nil))
        let event = try self.conversation.received(reply).result.get()
        #expect(event.number == 5)
        #expect(event.link == nil)
        #expect(event.received == event.event)
    }

    @Test("S32: reading one event through a link gives both, and the link when its target is gone")
    func links() throws {
        let link = Records.link(7)
        let conversation = ReadOneEvent(
            message: ReadEvent(stream: "links", eventNumber: 7, resolveLinks: true, requireMaster: false))
        let whole = ReadEventCompleted(result: .success, event: ResolvedRecord(event: Records.event(5), link: link))
        let resolved = try conversation.received(whole).result.get()
        #expect((resolved.number, resolved.received.number, resolved.link?.number) == (5, 7, 7))

        let dead = ReadEventCompleted(result: .success, event: ResolvedRecord(event: nil, link: link))
        let unresolved = try conversation.received(dead).result.get()
        #expect(unresolved.event == nil)
        #expect(unresolved.received.number == 7)
        let error = try #require(throws: PhotonPumpError.self) { try unresolved.decode([String: Int].self) }
        #expect(error.code == .linkTargetMissing)
        #expect(error.message.contains("'5@ponies'"))
    }

    @Test(
        "reading one event gives each failure its code, with stream and number",
        arguments: [
            (ReadEventCompleted.Result.notFound, PhotonPumpError.Code.eventNotFound), (.noStream, .streamNotFound),
            (.streamDeleted, .streamDeleted), (.error, .serverError), (.accessDenied, .accessDenied),
            (.success, .eventNotFound), (ReadEventCompleted.Result(rawValue: 77), .unexpectedReply),
        ]
    )
    func failures(result: ReadEventCompleted.Result, code: PhotonPumpError.Code) throws {
        let error = try #require(self.conversation.received(ReadEventCompleted(result: result)).error)
        #expect(error.code == code)
        #expect(error.stream == "ponies")
        #expect(error.message.hasPrefix("read event 5 of 'ponies': "))
    }
}

@Suite("Reading a page")
struct ReadStreamTests {
    private func conversation(_ direction: Direction, from: Int64) -> ReadStream {
        ReadStream(
            direction: direction,
            message: ReadStreamEvents(stream: "s", from: from, maxCount: 10, resolveLinks: false, requireMaster: false)
        )
    }

    private func reply(
        _ result: ReadStreamEventsCompleted.Result, next: Int64, isEnd: Bool
    ) -> ReadStreamEventsCompleted {
        ReadStreamEventsCompleted(result: result, nextEventNumber: next, isEndOfStream: isEnd, lastCommitPosition: 0)
    }

    @Test("reading a page asks with the command of its direction")
    func commands() {
        #expect(self.conversation(.forward, from: 0).request.command == .readStreamEventsForward)
        #expect(self.conversation(.forward, from: 0).replyCommand == .readStreamEventsForwardCompleted)
        #expect(self.conversation(.backward, from: -1).request.command == .readStreamEventsBackward)
        #expect(self.conversation(.backward, from: -1).replyCommand == .readStreamEventsBackwardCompleted)
    }

    @Test(
        "reading a page gives each failure its code",
        arguments: [
            (ReadStreamEventsCompleted.Result.noStream, PhotonPumpError.Code.streamNotFound),
            (.streamDeleted, .streamDeleted), (.notModified, .serverError), (.error, .serverError),
            (.accessDenied, .accessDenied), (.init(rawValue: 77), .unexpectedReply),
        ]
    )
    func failures(result: ReadStreamEventsCompleted.Result, code: PhotonPumpError.Code) throws {
        let step = self.conversation(.forward, from: 0).received(self.reply(result, next: -1, isEnd: true))
        #expect(step.error?.code == code)
        #expect(step.error?.stream == "s")
    }

    @Test(
        "reading a page that leads nowhere is an error instead of an endless loop",
        arguments: [
            (Direction.forward, 5, 5), (.forward, 5, 4), (.backward, 5, 5), (.backward, 5, 6), (.backward, -1, -1),
        ]
    )
    func noProgress(direction: Direction, from: Int64, next: Int64) {
        let step = self.conversation(direction, from: from).received(self.reply(.success, next: next, isEnd: false))
        #expect(step.error?.code == .unexpectedReply)
    }

    @Test(
        "S37: a page that is empty but not the end is no error",
        arguments: [(Direction.forward, 0, 4000), (.backward, 9000, 12), (.backward, -1, 12)]
    )
    func emptyPage(direction: Direction, from: Int64, next: Int64) {
        let step = self.conversation(direction, from: from).received(self.reply(.success, next: next, isEnd: false))
        #expect(step.error == nil)
    }
}

@Suite("Answers that any request can get")
struct CommonRepliesTests {
    private func error(_ command: Command, _ payload: Bytes = Bytes()) -> PhotonPumpError {
        CommonReplies.error(for: Package(command, .zero, payload: payload), operation: "ping", stream: "s")
    }

    @Test("answers that any request can get are told apart")
    func codes() {
        #expect(self.error(.badRequest, Bytes(utf8: "why\nnot")).code == .badRequest)
        #expect(self.error(.badRequest, Bytes(utf8: "why\nnot")).description.contains("why not"))
        #expect(self.error(.notAuthenticated).code == .notAuthenticated)
        #expect(self.error(.writeEventsCompleted).code == .unexpectedReply)
        #expect(self.error(Command(rawValue: 0x99)).message.contains("153"))
        #expect(self.error(.notHandled, Bytes([0xFF])).code == .unreadableReply)
    }

    @Test("answers that any request can get name the reason for not handling a request, and the master")
    func notHandled() throws {
        let master = try MasterInfo(
            decoding: Bytes([0x0A, 9] + Array("127.0.0.1".utf8) + [0x10, 0xD9, 0x08])
        )
        let notMaster = NotHandled(reason: .notMaster, master: master).encoded()
        let message = self.error(.notHandled, notMaster).message
        #expect(message.contains("not the master (the master is 127.0.0.1:1113)"), "\(message)")
        for (reason, words) in [
            (NotHandled.Reason.notReady, "not ready"), (.tooBusy, "too busy"), (.init(rawValue: 9), "9"),
        ] {
            #expect(self.error(.notHandled, NotHandled(reason: reason).encoded()).message.contains(words))
        }
    }
}

extension CommonRepliesTests {
    @Test("S8: a request is sent again when the server does not know its users yet, whoever makes it")
    func starting() {
        let refusal = Package(.notAuthenticated, .zero, payload: Bytes(utf8: "Server not yet ready"))
        let step: Step<Void> = CommonReplies.step(for: refusal, operation: "read", stream: "s")
        guard case .retry = step else {
            Issue.record("\(step)")
            return
        }
    }

    @Test(
        "a request is sent again when the node does not serve any just now (S8), elsewhere when it never will",
        arguments: [(NotHandled.Reason.notReady, true), (.tooBusy, true), (.notMaster, false), (.isReadOnly, false)]
    )
    func retries(reason: NotHandled.Reason, isRetried: Bool) {
        let refusal = Package(.notHandled, .zero, payload: NotHandled(reason: reason).encoded())
        let step: Step<Int> = CommonReplies.step(for: refusal, operation: "read", stream: nil)
        if case .retry = step { #expect(isRetried) } else { #expect(!isRetried) }
        if case .redirect = step { #expect(!isRetried) } else { #expect(isRetried) }
    }
}

/// Records to make replies of.
enum Records {
    static func event(_ number: Int64) -> EventRecord {
        self.record("ponies", number, "Jumped", #"{"height":\#(number)}"#)
    }

    static func link(_ number: Int64) -> EventRecord {
        self.record("links", number, "$>", "5@ponies")
    }

    private static func record(_ stream: String, _ number: Int64, _ type: String, _ data: String) -> EventRecord {
        EventRecord(
            stream: Bytes(utf8: stream), number: number, id: GUID(UInt64(number), 1), type: Bytes(utf8: type),
            isJSON: true, data: Bytes(utf8: data), metadata: Bytes(), created: 1_600_000_000_123
        )
    }
}
