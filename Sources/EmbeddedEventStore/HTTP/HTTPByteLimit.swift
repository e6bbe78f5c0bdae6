internal import NIOCore

/// Passes on no more of what a client sends than one request may have; the rest is dropped, after one error.
///
/// The decoder limits names and values, but keeps whatever space there is between them, and passes over what a chunk has
/// besides its data.
final class HTTPByteLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    struct Exceeded: Error {}

    /// The bytes that a request's lines may have.
    static let headLimit = 16 << 10

    private var rest: Int

    init(headLimit: Int, bodyLimit: Int) {
        // Bodies in chunks have lines of their own.
        self.rest = headLimit + 2 * bodyLimit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.rest >= 0 else { return }
        self.rest -= Self.unwrapInboundIn(data).readableBytes
        if self.rest >= 0 { context.fireChannelRead(data) } else { context.fireErrorCaught(Exceeded()) }
    }
}
