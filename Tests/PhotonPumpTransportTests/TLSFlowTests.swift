import COpenSSL
import Dispatch
import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import PhotonPumpTransport

/// One side of a connection, over a transport that gives and takes exactly what a test says; the test speaks for the
/// other side. Everything happens on the calling thread, but for what the transport reports by itself.
@Suite("TLS over a transport without a network", .timeLimit(.minutes(1)))
struct TLSFlowTests {
    private final class Stage {
        let executor = QueueExecutor(label: "stage")
        let below = ScriptedTransport()
        let transport: TLSTransport
        var peer: TLSSession
        var events: [TransportEvent] = []
        private var taken = 0

        init() throws {
            let tls = try TestTLS()
            self.transport = try TLSTransport(server: self.below, tls.server(), executor: self.executor)
            self.peer = try TLSSession(tls.client(), serverName: "localhost")
        }

        /// Hands what the peer has to send to the transport.
        func deliver() {
            self.say(self.peer.output())
        }

        func say(_ bytes: [UInt8]) {
            if bytes.isEmpty { return }
            self.below.reads.append(.success(bytes))
            self.below.report(.readable)
        }

        /// Hands what the transport has sent to the peer.
        func collect() throws {
            let bytes = self.below.written[self.taken...]
            self.taken = self.below.written.count
            try bytes.withUnsafeBytes { try self.peer.feed($0) }
        }

        func shakeHands() throws {
            self.transport.activate { [weak self] in self?.events.append($0) }
            while try !self.peer.shakeHands() {
                self.deliver()
                try self.collect()
            }
            self.deliver()
            try self.collect()
            #expect(try self.peerReads() == .wouldBlock, "tickets are no data")
        }

        func peerReads() throws -> ReadOutcome {
            var room = [UInt8](repeating: 0, count: 1 << 10)
            return try room.withUnsafeMutableBytes { try self.peer.read(into: $0) }
        }

        func read(_ count: Int) throws -> ReadOutcome {
            var room = [UInt8](repeating: 0, count: count)
            return try room.withUnsafeMutableBytes { try self.transport.read(into: $0) }
        }

        func write(_ count: Int) throws -> Int {
            try [UInt8](repeating: 1, count: count).withUnsafeBytes { try self.transport.write($0) }
        }

        func peerWrites(_ count: Int) throws {
            _ = try [UInt8](repeating: 1, count: count).withUnsafeBytes { try self.peer.write($0) }
        }
    }

    /// Runs `body` on the stage's queue, as a transport is used.
    private func onStage(_ body: (Stage) throws -> Void) throws {
        let stage = try Stage()
        try stage.executor.queue.sync { try body(stage) }
    }

    @Test("TLS holds what is written back until the handshake is through, then asks for it")
    func waits() throws {
        try self.onStage { stage in
            #expect(try stage.write(5) == 0)
            try stage.shakeHands()
            #expect(stage.events == [.writable])
            #expect(try stage.write(5) == 5)
            try stage.collect()
            #expect(try stage.peerReads() == .bytes(5))
        }
    }

    @Test("TLS reports what it holds itself, as often as something is left, but not while reading pauses")
    func reportsHeldBytes() throws {
        let stage = try Stage()
        let queue = stage.executor.queue
        try queue.sync {
            try stage.shakeHands()
            try stage.peerWrites(100)
            stage.deliver()
            #expect(stage.events == [.readable])
            #expect(try stage.read(60) == .bytes(60))
            stage.transport.pauseReading()
        }
        // The report that was under way finds that nobody wants to hear it.
        queue.sync {
            #expect(stage.events == [.readable])
            stage.transport.resumeReading()
        }
        try awaitEvents(2, on: stage)
        try queue.sync {
            let rest = try stage.read(60)
            #expect(rest == .bytes(40))
            let nothing = try stage.read(60)
            #expect(nothing == .wouldBlock)
            stage.transport.close()
        }
    }

    /// Lets the queue do what it has to until so many events were reported; a hang is ended by the suite's time limit.
    private func awaitEvents(_ count: Int, on stage: Stage) throws {
        while stage.executor.queue.sync(execute: { stage.events.count < count }) { try Task.checkCancellation() }
    }

    @Test("TLS encrypts no more than it can hold while the transport below takes nothing, and asks for the rest later")
    func backPressure() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            stage.below.room = [0]
            let first = try stage.write(10 << 20)
            #expect((100_000..<200_000).contains(first))
            #expect(try stage.write(10) == 0)
            #expect(stage.transport.untakenCount > first)
            #expect(stage.transport.untakenCount < 200_000)
            #expect(stage.events == [])
            // Some room is not enough; then there is all of it.
            stage.below.room = [10, 0]
            stage.below.report(.writable)
            #expect(stage.events == [])
            stage.below.report(.writable)
            #expect(stage.events == [.writable])
            #expect(stage.transport.untakenCount == 0)
            try stage.collect()
            var count = 0
            while case .bytes(let part) = try stage.peerReads() { count += part }
            #expect(count == first)
        }
    }

    @Test("TLS sends what reading makes it answer, such as that it does not shake hands again")
    func renegotiation() throws {
        try self.onStage { stage in
            let connection = stage.peer.connection
            SSL_ctrl(connection, SSL_CTRL_SET_MAX_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
            // The peer's context forbids what it is to ask for.
            SSL_clear_options(connection, SSL_get_options(connection))
            try stage.shakeHands()
            #expect(SSL_renegotiate(connection) == 1)
            #expect(SSL_do_handshake(connection) == -1)
            let before = stage.below.written.count
            stage.deliver()
            #expect(try stage.read(100) == .wouldBlock)
            #expect(stage.below.written.count > before)
        }
    }

    @Test("TLS over a transport without a network takes new keys from the peer, and has new ones too if it is asked to")
    func keyUpdate() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            #expect(SSL_key_update(stage.peer.connection, SSL_KEY_UPDATE_REQUESTED) == 1)
            try stage.peerWrites(7)
            stage.deliver()
            #expect(try stage.read(100) == .bytes(7))
            #expect(try stage.write(9) == 9)
            try stage.collect()
            #expect(try stage.peerReads() == .bytes(9))
        }
    }

    @Test("TLS over a transport without a network gives up on a peer that asks for ever more answers and reads none")
    func keyUpdateFlood() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            stage.below.room = [0]
            let error = #expect(throws: TransportError.self) {
                while stage.transport.untakenCount < 10 << 20 {
                    for _ in 0..<20 {
                        SSL_key_update(stage.peer.connection, SSL_KEY_UPDATE_REQUESTED)
                        SSL_do_handshake(stage.peer.connection)
                    }
                    stage.deliver()
                    _ = try stage.read(100)
                }
            }
            #expect(error == .tls(.other("the peer asks for answers without reading them")))
            #expect(stage.transport.untakenCount < 1 << 20)
        }
    }

    @Test("TLS says goodbye when it is closed, and may still write when the peer has said so")
    func goodbyes() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            try stage.peerWrites(3)
            stage.peer.writeEnd()
            stage.deliver()
            #expect(try stage.read(100) == .bytes(3))
            #expect(try stage.read(100) == .endOfStream)
            #expect(try stage.write(4) == 4)
            try stage.collect()
            #expect(try stage.peerReads() == .bytes(4))
            stage.transport.close()
            stage.transport.close()
            #expect(stage.below.isClosed)
            try stage.collect()
            #expect(try stage.peerReads() == .endOfStream)
            #expect(throws: TransportError.self) { try stage.write(1) }
            #expect(try stage.read(1) == .endOfStream)
        }
    }

    @Test("TLS says why the peer has closed the connection, if it told before, rather than that it has")
    func lastWords() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            let broken = SocketError("write", reason: "broken pipe")
            // What is broken makes the peer say so and close.
            #expect(throws: TLSError.self) {
                try ([23, 3, 3, 0, 20] as [UInt8]).withUnsafeBytes { try stage.peer.feed($0) }
                try [UInt8](repeating: 0, count: 20).withUnsafeBytes { try stage.peer.feed($0) }
                _ = try stage.peerReads()
            }
            stage.below.reads.append(.success(stage.peer.output()))
            stage.below.writeFailure = .socket(broken)
            let error = #expect(throws: TransportError.self) { try stage.write(1) }
            guard case .tls(.other(let reason)) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.contains("bad record mac"))
        }
    }

    @Test("TLS gives what came before broken bytes, then says that they are broken, and tells the peer")
    func brokenRecord() throws {
        try self.onStage { stage in
            try stage.shakeHands()
            try stage.peerWrites(3)
            let good = stage.peer.output()
            try stage.peerWrites(3)
            var bad = stage.peer.output()
            bad[bad.count - 1] ^= 1
            stage.say(good + bad)
            #expect(try stage.read(100) == .bytes(3))
            #expect(throws: TransportError.self) { try stage.read(100) }
            #expect(throws: TransportError.self) { try stage.write(1) }
            try stage.collect()
            #expect(throws: TLSError.self) { try stage.peerReads() }
        }
    }
}

extension TLSSession {
    /// What is to be sent.
    fileprivate mutating func output() -> [UInt8] {
        let buffer = OutboundBuffer()
        self.takeOutput(into: buffer)
        var bytes: [UInt8] = []
        buffer.drain { waiting in
            bytes += waiting
            return waiting.count
        }
        return bytes
    }
}
