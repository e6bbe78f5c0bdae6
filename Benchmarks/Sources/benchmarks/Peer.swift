internal import PhotonPumpTransport
internal import PhotonPumpWire

/// The other end of clients' connections. It answers at once, from bytes that were there before, so that nearly all that
/// is measured is the client's.
actor Peer {
    private nonisolated let executor: QueueExecutor
    private let listener: any Listening
    nonisolated let port: Int
    private var channels: [Int: PackageChannel] = [:]
    private var accepted = 0
    /// How many events its stream has.
    private let length: Int
    /// The bytes of data that each of them has.
    private let bytes: Int
    private var pages: [PageKey: Bytes] = [:]
    private let written: Bytes
    /// What it never answers.
    private let ignored: Command?
    private var receivers: [Receiver] = []
    /// What the consumer of a persistent subscription has yet to be sent.
    private var undelivered: ArraySlice<Bytes> = []
    /// How many events it takes ahead of those that it has acknowledged.
    private var credit = 0

    /// Who has subscribed.
    private struct Receiver {
        let channel: Int
        let correlation: GUID
    }

    private struct PageKey: Hashable {
        let first: Int64
        let count: Int32
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { self.executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - length: how many events its stream has.
    ///   - bytes: the size of each.
    ///   - count: how many events clients write at once.
    ///   - ignored: what it never answers.
    init(
        in environment: Environment, length: Int = 500, of bytes: Int = 256, writing count: Int = 1,
        ignoring ignored: Command? = nil
    ) throws {
        self.executor = environment.executor(label: "peer")
        self.listener = try environment.listener(host: "127.0.0.1", port: 0, on: self.executor)
        self.port = self.listener.address.port
        self.length = length
        self.bytes = bytes
        self.written = WriteEventsCompleted(
            result: .success, firstEventNumber: 0, lastEventNumber: Int64(count - 1), preparePosition: 4096,
            commitPosition: 4096
        ).encoded()
        self.ignored = ignored
    }

    func start() {
        self.listener.activate { [weak self] transport in
            let channel = PackageChannel(transport)
            self?.assumeIsolated { $0.accept(channel) }
        }
    }

    /// Ends all connections.
    func stop() async {
        for channel in self.channels.values { channel.close() }
        self.channels = [:]
        await withCheckedContinuation { closed in self.listener.close { closed.resume() } }
    }

    private func accept(_ channel: PackageChannel) {
        self.accepted += 1
        let number = self.accepted
        self.channels[number] = channel
        channel.activate { [weak self] event in
            self?.assumeIsolated { $0.handle(event, on: number) }
        }
    }

    private func handle(_ event: TransportEvent, on number: Int) {
        guard let channel = self.channels[number] else { return }
        do {
            if event == .readable { _ = try channel.receive { self.answer($0, channel, number) } }
            try channel.flush()
        } catch {
            channel.close()
            self.channels[number] = nil
        }
    }

    private func answer(_ package: Package, _ channel: PackageChannel, _ number: Int) {
        func reply(_ command: Command, _ payload: Bytes = Bytes()) {
            channel.send(Package(command, package.correlation, payload: payload))
        }
        guard package.command != self.ignored else { return }
        switch package.command {
        case .identifyClient: reply(.clientIdentified)
        case .heartbeatRequest: reply(.heartbeatResponse)
        case .ping: reply(.pong)
        case .writeEvents: reply(.writeEventsCompleted, self.written)
        case .readStreamEventsForward: reply(.readStreamEventsForwardCompleted, self.page(package.payload))
        case .subscribeToStream:
            self.receivers.append(Receiver(channel: number, correlation: package.correlation))
            let last = Int64(self.length - 1)
            reply(
                .subscriptionConfirmation,
                SubscriptionConfirmation(lastCommitPosition: last * 512, lastEventNumber: last).encoded())
        case .connectToPersistentSubscription:
            let request = try? ConnectToPersistentSubscription(decoding: package.payload)
            self.credit = Int(request?.allowedInFlight ?? 1)
            self.receivers.append(Receiver(channel: number, correlation: package.correlation))
            let confirmation = PersistentSubscriptionConfirmation(
                lastCommitPosition: 0, subscriptionID: Sample.stream + "::" + Sample.group, lastEventNumber: 0)
            reply(.persistentSubscriptionConfirmation, confirmation.encoded())
        case .persistentSubscriptionAckEvents:
            self.credit += Self.acknowledged(in: package.payload)
            self.deliver(on: channel)
        default: break
        }
    }

    private func page(_ payload: Bytes) -> Bytes {
        guard let request = try? ReadStreamEvents(decoding: payload) else { return Bytes() }
        let key = PageKey(first: request.from, count: request.maxCount)
        if let page = self.pages[key] { return page }
        let page = Sample.page(
            from: Int(key.first), atMost: Int(key.count), ofStreamWith: self.length, bytes: self.bytes
        ).encoded()
        self.pages[key] = page
        return page
    }

    // MARK: Subscribers

    /// Sends all subscribers these events, which come after those of its stream.
    func push(_ pushes: [Push]) throws {
        for push in pushes {
            guard let channel = self.channels[push.channel] else { continue }
            channel.send(push.frames)
            try channel.flush()
        }
    }

    /// Frames for one connection.
    struct Push: Sendable {
        fileprivate let channel: Int
        fileprivate let frames: Bytes
    }

    /// Frames of events with these numbers for each subscriber.
    func pushes(_ numbers: Range<Int>, bytes: Int = 256) -> [Push] {
        let data = Bytes(utf8: Sample.json(bytes: bytes))
        return self.receivers.map { receiver in
            let buffer = OutboundBuffer()
            for number in numbers {
                Sample.appeared(self.length + number, data: data)
                    .append(to: buffer, .streamEventAppeared, receiver.correlation, login: nil)
            }
            return Push(channel: receiver.channel, frames: buffer.takeBytes())
        }
    }

    /// Makes the next `count` events for the consumer of a persistent subscription, beginning with `first`.
    func prepare(_ count: Int, from first: Int) {
        guard let receiver = self.receivers.last else { return }
        let data = Bytes(utf8: Sample.json)
        self.undelivered =
            (first..<first + count).map { number in
                let buffer = OutboundBuffer()
                Sample.delivered(number, data: data)
                    .append(to: buffer, .persistentSubscriptionStreamEventAppeared, receiver.correlation, login: nil)
                return buffer.takeBytes()
            }[...]
    }

    /// Sends the consumer as many of them as it takes; the others follow its acknowledgements.
    func deliver() throws {
        guard let receiver = self.receivers.last, let channel = self.channels[receiver.channel] else { return }
        self.deliver(on: channel)
        try channel.flush()
    }

    private func deliver(on channel: PackageChannel) {
        let due = self.undelivered.prefix(self.credit)
        for frame in due { channel.send(frame) }
        self.credit -= due.count
        self.undelivered = self.undelivered.dropFirst(due.count)
    }

    /// How many events an acknowledgement has: beside them it has the name of the subscription, and each takes 18 bytes.
    private static func acknowledged(in payload: Bytes) -> Int {
        (payload.count - (Sample.stream + "::" + Sample.group).utf8.count - 2) / 18
    }
}

extension OutboundBuffer {
    /// All that is in it, as one run of bytes.
    func takeBytes() -> Bytes {
        var all = Bytes()
        self.drain { bytes in
            all = Bytes(copying: bytes)
            return bytes.count
        }
        return all
    }
}
