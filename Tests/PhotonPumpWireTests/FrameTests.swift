import PhotonPumpWire
import Testing

@Suite("Frames")
struct FrameTests {
    static let correlation = [UInt8](hex: "67452301 ab89 efcd 0123 456789abcdef")
        .withUnsafeBytes { GUID(wire: $0) ?? .zero }

    @Test("frames of a ping and of an authentication are as documented")
    func workedExamples() throws {
        let ping = Package(.ping, Self.correlation)
        #expect(encoded(ping) == [UInt8](hex: "12000000 03 00 67452301 ab89 efcd 0123456789abcdef"))
        let login = try Login(name: "admin", password: "changeit")
        let authenticate = Package(.authenticate, Self.correlation, login: login)
        let expected = "21000000 F2 01 67452301 ab89 efcd 0123456789abcdef 05 61646d696e 08 6368616e67656974"
        #expect(encoded(authenticate) == [UInt8](hex: expected))
    }

    @Test("frames of a write are as documented")
    func workedWrite() {
        let id = [UInt8](hex: "33221100 5544 7766 8899aabbccddeeff").withUnsafeBytes { GUID(wire: $0) ?? .zero }
        let event = ProposedEvent(id: id, type: "t", isJSON: true, data: Bytes(utf8: "{}"), metadata: Bytes())
        let write = WriteEvents(stream: "s-1", expectedVersion: -2, events: [event], requireMaster: true)
        let buffer = OutboundBuffer()
        write.append(to: buffer, .writeEvents, Self.correlation, login: nil)
        let expected = """
            45000000 82 00 67452301 ab89 efcd 0123456789abcdef 0a03732d31 10feffffffffffffffff01
            1a1f 0a10 33221100 5544 7766 8899aabbccddeeff 120174 1801 2000 2a027b7d 3200 2001
            """
        #expect(taken(from: buffer) == [UInt8](hex: expected))
    }

    @Test("frames are cut out of the stream however reads split them", arguments: 1...40)
    func splitAnywhere(size: Int) throws {
        let packages = [
            Package(.ping, Self.correlation, payload: Bytes(utf8: "first")),
            Package(.authenticate, .zero, login: try Login(name: "ops", password: "p")),
            Package(.pong, Self.correlation),
        ]
        let stream = packages.flatMap(encoded)
        var decoder = FrameDecoder()
        var cut: [Package] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            stream[start..<min(start + size, stream.count)].withUnsafeBytes { decoder.append($0) }
            while let package = try decoder.next() { cut.append(package) }
        }
        #expect(cut == packages)
        #expect(decoder.unfinishedCount == 0)
    }

    @Test("frames keep their payloads when the decoder's memory is used again")
    func payloadsOutliveTheBuffer() throws {
        var decoder = FrameDecoder(buffer: InboundBuffer(capacity: 64))
        var kept: [Package] = []
        let sent = (0..<200).map { number in
            Package(
                .ping, Self.correlation, payload: Bytes((0..<number).map { UInt8(truncatingIfNeeded: $0 + number) }))
        }
        for package in sent {
            encoded(package).withUnsafeBytes { decoder.append($0) }
            while let package = try decoder.next() { kept.append(package) }
        }
        #expect(kept == sent)
    }

    @Test("frames with an impossible length are refused", arguments: [0, 1, 17])
    func tooShort(length: Int) {
        #expect(throws: FrameError.tooShort(length)) { try Self.decode(length: UInt32(length)) }
    }

    @Test(
        "frames above the limit are refused before memory is set aside",
        arguments: [101, 1 << 26, Int(Int32.max), 0xFFFF_FFFF])
    func tooLong(length: Int) {
        #expect(throws: FrameError.tooLong(length, limit: 100)) { try Self.decode(length: UInt32(length), limit: 100) }
    }

    @Test(
        "frames above the limit are passed over if they are not too large, however reads split them",
        arguments: [1, 7, 1000])
    func passedOver(size: Int) throws {
        let ping = Package(.ping, Self.correlation)
        let large = Package(.pong, Self.correlation, payload: Bytes([UInt8](repeating: 7, count: 182)))
        let stream = [ping, large, ping].flatMap(encoded)
        var decoder = FrameDecoder(limit: 100, skipLimit: 200)
        var cut: [Frame] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            stream[start..<min(start + size, stream.count)].withUnsafeBytes { decoder.append($0) }
            while let frame = try decoder.nextFrame() { cut.append(frame) }
        }
        let frame = LargeFrame(command: .pong, correlation: Self.correlation, length: 200)
        #expect(cut == [.package(ping), .large(frame), .package(ping)])
        #expect(decoder.unfinishedCount == 0)
        #expect(decoder.unfinished == nil)
    }

    @Test("frames at the limit are accepted")
    func atTheLimit() throws {
        let payload = Bytes([UInt8](repeating: 7, count: 82))
        var decoder = FrameDecoder(limit: 100)
        encoded(Package(.ping, .zero, payload: payload)).withUnsafeBytes { decoder.append($0) }
        #expect(try decoder.next()?.payload == payload)
    }

    @Test("frames that announce much and bring little take little memory")
    func announcedIsNotAllocated() throws {
        var decoder = FrameDecoder()
        var rooms: [Int] = []
        withUnsafeBytes(of: UInt32(64 << 20).littleEndian) { decoder.append($0) }
        for _ in 0..<10 {
            #expect(try decoder.next() == nil)
            decoder.fill { room in
                rooms.append(room.count)
                return 1000
            }
        }
        #expect(rooms.allSatisfy { $0 <= 1 << 20 })
    }

    @Test("frames of an HTTP server are recognised")
    func http() {
        var decoder = FrameDecoder()
        Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".utf8).withUnsafeBytes { decoder.append($0) }
        #expect(throws: FrameError.http("HTTP/1.1 400 Bad Request")) { try decoder.next() }
        // A mark that combines with the last letter makes it no other one.
        var other = FrameDecoder()
        Array("HTTP\u{301}\n".utf8).withUnsafeBytes { other.append($0) }
        #expect(throws: FrameError.http("HTTP\u{301}")) { try other.next() }
    }

    @Test(
        "frames whose credentials reach past their end are refused",
        arguments: ["", "05 61", "01 61", "00 09 61", "FF", "01 61 FF 62"]
    )
    func brokenCredentials(content: String) {
        let content = [UInt8](hex: content)
        var frame = encoded(Package(.ping, .zero, payload: Bytes(content)))
        frame[5] = 1
        var decoder = FrameDecoder()
        frame.withUnsafeBytes { decoder.append($0) }
        #expect(throws: FrameError.brokenCredentials) { try decoder.next() }
    }

    private static func decode(length: UInt32, limit: Int = FrameDecoder.standardLimit) throws {
        var decoder = FrameDecoder(limit: limit)
        withUnsafeBytes(of: length.littleEndian) { decoder.append($0) }
        _ = try decoder.next()
    }
}
