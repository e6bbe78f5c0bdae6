internal import PhotonPumpWire

/// Reads one page, in either direction.
protocol PagedRead: Conversation where Reply == Message.Reply {
    associatedtype Message: PageRequest

    var direction: Direction { get }
    var message: Message { get }
    /// The page size of the reading that the page belongs to.
    var sizer: PageSizer { get }
}

/// Asks for a page; the command says in which direction.
protocol PageRequest: WireMessage {
    associatedtype Reply: PageReply

    static func commands(_ direction: Direction) -> (request: Command, reply: Command)

    var maxCount: Int32 { get set }
}

/// A page.
protocol PageReply: WireMessage {
    associatedtype Record

    var events: [Record] { get }
    /// The server's own words.
    var error: String? { get }
}

extension PagedRead {
    var request: Request {
        var message = self.message
        message.maxCount = self.sizer.ask(message.maxCount)
        return Request(command: Message.commands(self.direction).request, message: message)
    }

    var effect: Effect { .none }
    var replyCommand: Command { Message.commands(self.direction).reply }
    /// For error messages.
    var way: String { self.direction == .forward ? "forwards" : "backwards" }

    func lostAnswer() { self.sizer.lost() }
    func answerWasTooLarge(bytes: Int) -> Bool { self.sizer.wasTooLarge(bytes: bytes) }

    func received(_ reply: Reply, bytes: Int) -> Step<Output> {
        let count = reply.events.count
        self.sizer.arrived(events: count, bytes: bytes)
        guard count <= Int(self.message.maxCount) else {
            let problem = "the server sent \(count) events instead of at most \(self.message.maxCount)"
            return .fail(self.error(.unexpectedReply, problem, words: reply.error))
        }
        return self.received(reply)
    }

    /// The error of an answer whose next page does not lie beyond this one, so that reading would not come to an end.
    func leadsNowhere(_ next: some CustomStringConvertible, _ reply: Reply) -> PhotonPumpError {
        let problem = "the server says to continue from \(next), which leads no further"
        return self.error(.unexpectedReply, problem, words: reply.error)
    }
}
