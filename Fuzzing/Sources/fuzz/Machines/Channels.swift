import PhotonPumpTransport
import PhotonPumpWire

@testable import PhotonPump

/// A channel on a transport that takes and gives as much as it likes, and breaks: packages go out and come in whole and in
/// order.
enum Channels {
    /// Two of them are connected.
    private final class Line: Transport {
        var peer: String { "line" }
        var untakenCount: Int { 0 }
        var inbound: [UInt8] = []
        var outbound: [UInt8] = []
        /// How many bytes are taken and given next; the rest has to wait.
        var room = 0
        var given = 0
        var isEnded = false
        private var handler: ((TransportEvent) -> Void)?

        func activate(_ handler: @escaping (TransportEvent) -> Void) { self.handler = handler }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> ReadOutcome {
            let count = min(buffer.count, self.given, self.inbound.count)
            guard count > 0 else { return self.isEnded && self.inbound.isEmpty ? .endOfStream : .wouldBlock }
            buffer.copyBytes(from: self.inbound.prefix(count))
            self.inbound.removeFirst(count)
            self.given -= count
            return .bytes(count)
        }

        func write(_ bytes: UnsafeRawBufferPointer) -> Int {
            let count = min(bytes.count, self.room)
            self.outbound += bytes.prefix(count)
            self.room -= count
            return count
        }

        func becomeWritable(_ room: Int) {
            self.room += room
            self.handler?(.writable)
        }

        func pauseReading() {}
        func resumeReading() {}
        func close() { self.handler = nil }
    }

    static func run(_ choices: inout Choices) {
        let (near, far) = (Line(), Line())
        let (sender, receiver) = (PackageChannel(near), PackageChannel(far, frameLimit: 200, skipLimit: 1000))
        sender.activate { _ in }
        receiver.activate { _ in }
        var sent: [Package] = []
        var received: [Package] = []
        var large = 0
        func receive() {
            do {
                _ = try receiver.receiveFrames {
                    switch $0 {
                    case .package(let package): received.append(package)
                    case .large(let frame): large += frame.length > 200 ? 1 : 1000
                    }
                }
            } catch .endOfStream(let unfinished) {
                check(far.isEnded && unfinished == receiver.unfinishedCount, "an end")
            } catch {
                report("\(error)")
            }
        }
        func send(_ size: Int, _ hasLogin: Bool) {
            let login = hasLogin ? try? Login(name: "n", password: "\(size)") : nil
            sent.append(
                Package(
                    .ping, GUID(UInt64(sent.count), 3), login: login,
                    payload: Bytes([UInt8](repeating: UInt8(truncatingIfNeeded: sent.count), count: size))))
            sender.send(sent[sent.count - 1])
        }
        func flush() {
            do { try sender.flush() } catch { report("\(error)") }
            far.inbound += near.outbound
            near.outbound = []
        }
        // Before that, what is too large could be anything.
        send(0, false)
        while !choices.isEmpty {
            switch choices.number(below: 6) {
            case 0, 1: send(choices.number(below: 256) * choices.number(in: 1...3), choices.flag())
            case 2: near.becomeWritable(choices.number(below: 256))
            case 3: flush()
            case 4: far.given += choices.number(below: 256)
            default: receive()
            }
            check(sender.unsentCount >= 0, "\(sender.unsentCount)")
        }
        near.becomeWritable(.max / 2)
        flush()
        check(sender.unsentCount == 0 && sender.takeCollected() == sent.count, "\(sender.unsentCount) unsent")
        far.given = .max / 2
        far.isEnded = true
        receive()
        receive()
        let fitting = sent.filter { $0.length <= 200 }
        check(received == fitting, "\(received.count) of \(fitting.count) packages")
        check(large == sent.count - fitting.count, "\(large) of \(sent.count - fitting.count) that are too large")
    }
}

/// Memory that grows and shrinks, and a mailbox, compared with arrays.
enum Buffers {
    static func run(_ choices: inout Choices) {
        let out = OutboundBuffer(capacity: choices.number(in: 1...64))
        var incoming = InboundBuffer(capacity: choices.number(in: 8...64))
        var (unwritten, unread): ([UInt8], [UInt8]) = ([], [])
        var slices: [(Bytes, [UInt8])] = []
        let mailbox = Mailbox<Int>()
        var (letters, count, isAttended): ([Int], Int, Bool) = ([], 0, false)
        let gate = AdmissionGate(limit: 2, andWaiting: 1)
        var (inside, queued) = (0, 0)
        while !choices.isEmpty {
            switch choices.number(below: 12) {
            case 0:
                let bytes = [UInt8](choices.bytes(atMost: choices.number(below: 200)))
                bytes.withUnsafeBytes { source in out.append(source.count) { $0.copyMemory(from: source) } }
                unwritten += bytes
            case 1:
                var room = choices.number(below: 200)
                out.drain { waiting in
                    check(Array(waiting) == unwritten, "\(Array(waiting)) instead of \(unwritten)")
                    let part = min(room, waiting.count)
                    room -= part
                    unwritten.removeFirst(part)
                    return part
                }
            case 2 where choices.byte() > 200:
                out.removeAll()
                unwritten = []
            case 3, 4:
                let bytes = choices.bytes(atMost: choices.number(below: 200))
                incoming.append(bytes)
                unread += bytes
            case 5:
                let part = min(unread.count, choices.number(below: 100))
                slices.append((incoming.take(part), Array(unread.prefix(part))))
                unread.removeFirst(part)
            case 6: if !slices.isEmpty { slices.removeFirst() }
            case 7:
                count += 1
                check(mailbox.post(count) == !isAttended, "called or not")
                isAttended = true
                letters.append(count)
            case 8:
                check(mailbox.attend() == letters, "other letters")
                (letters, isAttended) = ([], true)
            case 9:
                let found = mailbox.takeAllOrLeave()
                check(found == (letters.isEmpty ? nil : letters), "other letters")
                (letters, isAttended) = ([], found != nil)
            case 10:
                if gate.enter() {
                    inside += 1
                } else {
                    check(inside == 3 || queued > 0, "there is room")
                    gate.joinQueue()
                    queued += 1
                }
            default:
                if inside > 0, choices.flag() {
                    check(gate.leave() == (queued > 0), "the queue is told or not")
                    inside -= 1
                }
                if queued > 0, gate.enterFromQueue() {
                    gate.leaveQueue()
                    (queued, inside) = (queued - 1, inside + 1)
                }
            }
            check(gate.count == inside && inside <= 3, "\(gate.count) inside, not \(inside)")
            check(out.count == unwritten.count && incoming.count == unread.count, "other counts")
            check(incoming.peek(8) == Bytes(unread.prefix(8)), "another beginning")
            for (slice, bytes) in slices { check(slice == Bytes(bytes), "a slice has changed") }
        }
    }
}
