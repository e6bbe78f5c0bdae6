internal import CEventStoreMessages

/// An event as the server keeps it, in memory it shares with its neighbours of the same page.
///
/// ```
///  0        8         16        32     36    40    44        48
/// +--------+---------+---------+------+-----+-----+---------+--------+------+------+----------
/// | number | created | id (16) |stream| type| data| metadata| stream | type | data | metadata
/// |        | 100 ns  |         |    lengths, UInt32, JSON bit |  bytes, without padding
/// +--------+---------+---------+------+-----+-----+---------+--------+------+------+----------
/// ```
/// A page of events costs a few blocks instead of several allocations per event, and an event that is kept holds
/// on to its block alone (``EventRecordWriter/blockCapacity`` bytes at most, or its own size), not to the page. Events
/// that are pushed one after another share blocks in the same way.
package struct EventRecord: Sendable {
    fileprivate static let headerCount = 48
    fileprivate static let jsonBit: UInt32 = 1 << 31

    fileprivate let block: ByteBlock
    fileprivate let offset: Int

    private func load<T: BitwiseCopyable>(_ position: Int, as type: T.Type) -> T {
        self.block.base.loadUnaligned(fromByteOffset: self.offset + position, as: type)
    }

    private func slice(after start: Int, count: Int) -> Bytes {
        Bytes(block: self.block, offset: self.offset + Self.headerCount + start, count: count)
    }

    private var streamCount: Int { Int(self.load(32, as: UInt32.self)) }
    private var typeCount: Int { Int(self.load(36, as: UInt32.self)) }
    private var dataCount: Int { Int(self.load(40, as: UInt32.self)) }
    private var metadataCount: Int { Int(self.load(44, as: UInt32.self) & ~Self.jsonBit) }

    /// The bytes of its text and payload.
    package var contentCount: Int { self.streamCount + self.typeCount + self.dataCount + self.metadataCount }
    /// The bytes it takes, its header included.
    package var byteCount: Int { Self.headerCount + self.contentCount }

    package var number: Int64 { self.load(0, as: Int64.self) }
    /// 100 ns since 1970-01-01 UTC.
    package var createdTicks: Int64 { self.load(8, as: Int64.self) }
    package var id: GUID {
        GUID(wire: UnsafeRawBufferPointer(start: self.block.base + self.offset + 16, count: GUID.byteCount)) ?? .zero
    }
    package var isJSON: Bool { self.load(44, as: UInt32.self) & Self.jsonBit != 0 }
    package var stream: Bytes { self.slice(after: 0, count: self.streamCount) }
    package var type: Bytes { self.slice(after: self.streamCount, count: self.typeCount) }
    package var data: Bytes { self.slice(after: self.streamCount + self.typeCount, count: self.dataCount) }
    package var metadata: Bytes {
        self.slice(after: self.streamCount + self.typeCount + self.dataCount, count: self.metadataCount)
    }
}

extension EventRecord {
    /// The bytes of its parts.
    var counts: (stream: Int, type: Int, data: Int, metadata: Int) {
        (self.streamCount, self.typeCount, self.dataCount, self.metadataCount)
    }

    /// Its parts where they are, without slices that would have to be counted.
    func withContents(
        _ body: (
            _ stream: UnsafeRawBufferPointer, _ type: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer,
            _ metadata: UnsafeRawBufferPointer
        ) -> Void
    ) {
        var start = UnsafeRawPointer(self.block.base + self.offset + Self.headerCount)
        func next(_ count: Int) -> UnsafeRawBufferPointer {
            defer { start += count }
            return UnsafeRawBufferPointer(start: start, count: count)
        }
        let counts = self.counts
        withExtendedLifetime(self.block) {
            body(next(counts.stream), next(counts.type), next(counts.data), next(counts.metadata))
        }
    }

    /// A record in a block of its own.
    ///
    /// - Parameter created: milliseconds since 1970-01-01 UTC.
    package init(
        stream: Bytes, number: Int64, id: GUID, type: Bytes, isJSON: Bool, data: Bytes, metadata: Bytes, created: Int64
    ) {
        var writer = EventRecordWriter(expecting: 0)
        self = stream.withUnsafeBytes { stream in
            type.withUnsafeBytes { type in
                data.withUnsafeBytes { data in
                    metadata.withUnsafeBytes { metadata in
                        writer.append(
                            number, UnixTime.ticks(milliseconds: created), id, isJSON, stream, type, data, metadata)
                    }
                }
            }
        }
    }
}

/// Lays records out one behind the other, in blocks of bounded size.
package struct EventRecordWriter {
    static let blockCapacity = 32 << 10

    private var block = ByteBlock.empty
    private var end = 0
    private var expected: Int
    /// Whether a block has twice the room of the one before it.
    private let grows: Bool

    /// The bytes that a record of `message` takes.
    static func size(of message: UnsafePointer<Es__EventRecord>?) -> Int {
        guard let event = message?.pointee else { return 0 }
        let strings = event.event_stream_id.len + event.event_type.len
        return self.padded(EventRecord.headerCount + strings + event.data.len + event.metadata.len)
    }

    /// The next header is loaded and stored eight bytes at a time.
    private static func padded(_ length: Int) -> Int { (length + 7) & ~7 }

    /// - Parameter expecting: the bytes of all records to come, so that the last block is not too large.
    init(expecting: Int) {
        self.init(expecting: expecting, grows: false)
    }

    private init(expecting: Int, grows: Bool) {
        (self.expected, self.grows) = (expecting, grows)
    }

    /// For records that come one by one: a single one gets a block of its size, and many of them share blocks.
    static var growing: Self { Self(expecting: 0, grows: true) }

    /// For records that are kept, however many come: blocks are of full size.
    package init() {
        self.init(expecting: .max)
    }

    /// The record of a new event.
    ///
    /// - Parameter created: milliseconds since 1970-01-01 UTC.
    package mutating func append(
        _ event: ProposedEvent, to stream: Bytes, number: Int64, created: Int64
    ) -> EventRecord {
        var type = event.type
        let metadata = event.metadata ?? Bytes()
        return type.withUTF8 { type in
            stream.withUnsafeBytes { stream in
                event.data.withUnsafeBytes { data in
                    metadata.withUnsafeBytes { metadata in
                        self.append(
                            number, UnixTime.ticks(milliseconds: created), event.id, event.isJSON, stream,
                            UnsafeRawBufferPointer(type), data, metadata)
                    }
                }
            }
        }
    }

    mutating func append(
        _ number: Int64,
        _ createdTicks: Int64,
        _ id: GUID,
        _ isJSON: Bool,
        _ stream: UnsafeRawBufferPointer,
        _ type: UnsafeRawBufferPointer,
        _ data: UnsafeRawBufferPointer,
        _ metadata: UnsafeRawBufferPointer
    ) -> EventRecord {
        let length = EventRecord.headerCount + stream.count + type.count + data.count + metadata.count
        if self.block.capacity - self.end < length {
            let wanted = self.grows ? self.block.capacity * 2 : self.expected
            self.block = ByteBlock(capacity: max(length, min(wanted, Self.blockCapacity)))
            self.end = 0
        }
        let start = self.block.base + self.end
        start.storeBytes(of: number, as: Int64.self)
        start.storeBytes(of: createdTicks, toByteOffset: 8, as: Int64.self)
        id.write(to: start + 16)
        start.storeBytes(of: UInt32(truncatingIfNeeded: stream.count), toByteOffset: 32, as: UInt32.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: type.count), toByteOffset: 36, as: UInt32.self)
        start.storeBytes(of: UInt32(truncatingIfNeeded: data.count), toByteOffset: 40, as: UInt32.self)
        let last = UInt32(truncatingIfNeeded: metadata.count) | (isJSON ? EventRecord.jsonBit : 0)
        start.storeBytes(of: last, toByteOffset: 44, as: UInt32.self)
        var target = start + EventRecord.headerCount
        func copy(_ part: UnsafeRawBufferPointer) {
            if let source = part.baseAddress { target.copyMemory(from: source, byteCount: part.count) }
            target += part.count
        }
        copy(stream)
        copy(type)
        copy(data)
        copy(metadata)
        let record = EventRecord(block: self.block, offset: self.end)
        self.end += Self.padded(length)
        self.expected -= Self.padded(length)
        return record
    }

    mutating func append(_ message: borrowing Es__EventRecord) throws(MalformedMessage) -> EventRecord {
        guard let id = GUID(wire: message.event_id.buffer) else {
            throw MalformedMessage("EventRecord", "event_id has \(message.event_id.len) bytes, not 16")
        }
        return self.append(
            message.event_number,
            UnixTime.ticks(
                dotNet: field(message.has_created, message.created),
                milliseconds: field(message.has_created_epoch, message.created_epoch)
            ),
            id,
            message.data_content_type == 1,
            message.event_stream_id.buffer,
            message.event_type.buffer,
            message.data.buffer,
            message.metadata.buffer
        )
    }
}

extension EventRecord: ProtobufMessage {
    static let initialize = es__event_record__init

    init(_ message: borrowing Es__EventRecord) throws(MalformedMessage) {
        var writer = EventRecordWriter(expecting: 0)
        self = try writer.append(message)
    }

    func fill(_ message: inout Es__EventRecord, _ arena: inout ProtobufArena) {
        let contentType: Int32 = self.isJSON ? 1 : 0
        set(&message.has_event_stream_id, &message.event_stream_id, to: arena.reference(self.stream))
        set(&message.has_event_number, &message.event_number, to: self.number)
        set(&message.has_event_id, &message.event_id, to: arena.copy(self.id))
        set(&message.has_event_type, &message.event_type, to: arena.reference(self.type))
        set(&message.has_data_content_type, &message.data_content_type, to: contentType)
        // Servers keep one content type and answer with it twice.
        set(&message.has_metadata_content_type, &message.metadata_content_type, to: contentType)
        set(&message.has_data, &message.data, to: arena.reference(self.data))
        set(&message.has_metadata, &message.metadata, to: arena.reference(self.metadata))
        set(&message.has_created, &message.created, to: UnixTime.dotNetTicks(self.createdTicks))
        set(&message.has_created_epoch, &message.created_epoch, to: UnixTime.milliseconds(self.createdTicks))
    }
}
