import PhotonPumpWire

/// Frames are the same however the bytes are cut into reads, and packages are the same when they are written and read
/// again.
enum Frames {
    private enum End: Equatable {
        case ok
        case failed(String)
    }

    static func run(_ bytes: UnsafeRawBufferPointer) {
        var choices = Choices(bytes)
        let limit = [18, 40, 300, FrameDecoder.standardLimit][choices.number(below: 4)]
        let skipLimit = [0, limit + 50, 5000][choices.number(below: 3)]
        var seed = UInt64(choices.byte()) | 1
        let stream = choices.rest()
        var decoder = FrameDecoder(limit: limit, skipLimit: skipLimit, buffer: InboundBuffer(capacity: 64))
        let (frames, end) = self.decode(stream, with: &decoder) { rest in
            seed = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
            return min(rest, Int(seed >> 32) % 9)
        }
        var other = FrameDecoder(limit: limit, skipLimit: skipLimit, buffer: InboundBuffer(capacity: 4096))
        let (together, otherEnd) = self.decode(stream, with: &other) { $0 }
        check(frames == together, "\(frames) in pieces, \(together) at once")
        check(end == otherEnd, "\(end) in pieces, \(otherEnd) at once")
        for case .package(let package) in frames { self.reread(package) }
    }

    /// - Parameter next: how many bytes of the rest come next.
    private static func decode(
        _ stream: UnsafeRawBufferPointer, with decoder: inout FrameDecoder, _ next: (Int) -> Int
    ) -> ([Frame], End) {
        var frames: [Frame] = []
        var rest = stream[...]
        do throws(FrameError) {
            repeat {
                let part = rest.prefix(next(rest.count))
                rest = rest.dropFirst(part.count)
                decoder.fill { room in
                    let count = min(part.count, room.count)
                    check(part.isEmpty || count > 0, "no room")
                    room.copyBytes(from: part.prefix(count))
                    return count
                }
                while let frame = try decoder.nextFrame() { frames.append(frame) }
                let taken = stream.count - rest.count
                check(decoder.unfinishedCount <= taken, "\(decoder.unfinishedCount) of \(taken) bytes")
                _ = decoder.unfinished
            } while !rest.isEmpty
            return (frames, .ok)
        } catch {
            // How much of an HTTP answer has come by then depends on the reads.
            if case .http = error { return (frames, .failed("http")) }
            return (frames, .failed("\(error)"))
        }
    }

    private static func reread(_ package: Package) {
        let buffer = OutboundBuffer(capacity: 32)
        buffer.append(package)
        var decoder = FrameDecoder(buffer: InboundBuffer(capacity: 64))
        buffer.drain { waiting in
            decoder.append(waiting)
            return waiting.count
        }
        var expected = package
        expected.flags = package.login == nil ? 0 : Package.authenticatedFlag
        let again = try? decoder.next()
        check(again == expected, "\(expected) is read again as \(String(describing: again))")
        check(decoder.unfinishedCount == 0, "\(decoder.unfinishedCount) bytes too many")
    }
}
