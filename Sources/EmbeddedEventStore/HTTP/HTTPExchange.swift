internal import NIOCore
internal import NIOHTTP1

/// One HTTP client, on its event loop: one request and its answer, with which the connection ends. So whatever the client
/// sends, there is one limit to its bytes and one to its time.
final class HTTPExchange: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart
    /// Is given a request, and calls `reply` once, on whatever thread, or never if the connection is to be closed.
    typealias Receiver = @Sendable (HTTPRequest, _ reply: @escaping @Sendable (HTTPAnswer) -> Void) -> Void

    /// The bytes that a request's body may have.
    static let bodyLimit = 64 << 10

    private static let decoderLimits: NIOHTTPDecoderLimitConfiguration = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = HTTPByteLimit.headLimit
        limits.maxHeaderListSize = HTTPByteLimit.headLimit
        limits.maxHeaderFieldCount = 100
        return limits
    }()

    /// How long a client that was sent everything may take to close its side. If we did it first while more of it is on
    /// its way, the system would take the answer back.
    private static let lingering: TimeAmount = .seconds(1)

    private enum Phase {
        case head
        case body(HTTPRequestHead)
        /// The server has the request.
        case waiting
        case answered
    }

    private let timeout: TimeAmount
    private let receive: Receiver
    private var phase = Phase.head
    private var body = ByteBuffer()
    private var deadline: Scheduled<Void>?

    private init(timeout: TimeAmount, receive: @escaping Receiver) {
        self.timeout = timeout
        self.receive = receive
    }

    /// Serves the client of a new channel.
    ///
    /// - Parameter timeout: how long it may take to send its request, and again to take the answer.
    static func serve(
        _ channel: any Channel, timeout: TimeAmount, receive: @escaping Receiver
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandlers([
                HTTPByteLimit(headLimit: HTTPByteLimit.headLimit, bodyLimit: Self.bodyLimit),
                HTTPResponseEncoder(),
                ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: Self.decoderLimits)),
                HTTPExchange(timeout: timeout, receive: receive),
            ])
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.limitTime(to: self.timeout, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (self.phase, Self.unwrapInboundIn(data)) {
        case (.head, .head(let head)):
            self.phase = .body(head)
            let announced = head.headers.first(name: "Content-Length").flatMap { Int($0) }
            if let announced, announced > Self.bodyLimit { self.send(HTTPAnswer(.payloadTooLarge), context) }
        case (.body, .body(var part)):
            if self.body.readableBytes + part.readableBytes > Self.bodyLimit {
                self.send(HTTPAnswer(.payloadTooLarge), context)
            } else {
                self.body.writeBuffer(&part)
            }
        case (.body(let head), .end):
            self.pass(on: HTTPRequest(head, body: Array(self.body.readableBytesView)), context)
        default:
            // Whatever follows the request, or is left of one that was refused.
            break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch (self.phase, error) {
        case (.head, HTTPParserError.headerOverflow), (.head, is HTTPByteLimit.Exceeded):
            self.send(HTTPAnswer(.requestHeaderFieldsTooLarge), context)
        case (.body, HTTPParserError.headerOverflow), (.body, is HTTPByteLimit.Exceeded):
            self.send(HTTPAnswer(.payloadTooLarge), context)
        case (.head, is HTTPParserError), (.body, is HTTPParserError):
            self.send(HTTPAnswer(.badRequest), context)
        case (.waiting, is HTTPParserError), (.answered, is HTTPParserError), (.answered, is HTTPByteLimit.Exceeded),
            (_, is ByteToMessageDecoderError):
            // What follows a request, or is left of one that was refused.
            break
        default:
            context.close(promise: nil)
        }
    }

    private func pass(on request: HTTPRequest, _ context: ChannelHandlerContext) {
        self.phase = .waiting
        self.deadline?.cancel()
        let client = NIOLoopBound((exchange: self, context: context), eventLoop: context.eventLoop)
        self.receive(request) { answer in
            client.eventLoop.execute {
                let (exchange, context) = client.value
                if context.channel.isActive { exchange.send(answer, context) }
            }
        }
    }

    private func send(_ answer: HTTPAnswer, _ context: ChannelHandlerContext) {
        self.phase = .answered
        self.limitTime(to: self.timeout, context)
        var headers = answer.headers
        headers.add(contentsOf: ["Connection": "close", "Content-Length": "\(answer.body.count)"])
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenSuccess {
            context.close(mode: .output, promise: nil)
            self.limitTime(to: Self.lingering, context)
        }
    }

    /// Gives the client this much time from now on.
    private func limitTime(to time: TimeAmount, _ context: ChannelHandlerContext) {
        self.deadline?.cancel()
        self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.timeIsUp(context) }
    }

    private func timeIsUp(_ context: ChannelHandlerContext) {
        switch self.phase {
        case .head, .body: self.send(HTTPAnswer(.requestTimeout), context)
        case .waiting, .answered: context.close(promise: nil)
        }
    }
}
