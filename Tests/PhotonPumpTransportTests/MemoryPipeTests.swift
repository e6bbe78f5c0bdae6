import Foundation
import Synchronization
import Testing

@testable import PhotonPumpTransport

@Suite("A pipe in memory")
struct MemoryPipeTests {
    private let pipe = MemoryPipe()

    private func write(_ count: Int) throws -> Int {
        try [UInt8](repeating: 1, count: count).withUnsafeBytes { (bytes) throws in try self.pipe.write(bytes) }
    }

    private func read(_ count: Int) throws -> ReadOutcome {
        var buffer = [UInt8](repeating: 0, count: count)
        return try buffer.withUnsafeMutableBytes { (bytes) throws in try self.pipe.read(into: bytes) }
    }

    /// Counts how often a side is told.
    private final class Told: Sendable {
        private let number = Mutex(0)
        var count: Int { self.number.withLock { $0 } }
        func tell() { self.number.withLock { $0 += 1 } }
    }

    @Test("a pipe in memory holds so much, and tells its writer once when there is room again")
    func bounded() throws {
        let room = Told()
        self.pipe.setWriter { room.tell() }
        #expect(try self.write(1 << 20) == 512 << 10)
        #expect(!self.pipe.hasRoom)
        #expect(self.pipe.untakenCount == 256 << 10)
        #expect(try self.write(1) == 0)
        #expect(try self.read(100) == .bytes(100))
        #expect(room.count == 0)
        #expect(try self.read(300 << 10) == .bytes(300 << 10))
        #expect(room.count == 1)
        #expect(self.pipe.hasRoom)
        #expect(self.pipe.untakenCount == 0)
        #expect(try self.write(1) == 1)
    }

    @Test("a pipe in memory tells its reader when something comes after nothing was left")
    func tellsReader() throws {
        let news = Told()
        self.pipe.setReader { news.tell() }
        #expect(try self.read(1) == .wouldBlock)
        _ = try self.write(2)
        _ = try self.write(2)
        #expect(news.count == 1)
        #expect(try self.read(10) == .bytes(4))
        _ = try self.write(2)
        #expect(news.count == 2)
    }

    @Test("what was written before a pipe in memory ended can still be read, and then the end")
    func ended() throws {
        let news = Told()
        _ = try self.write(3)
        self.pipe.setReader { news.tell() }
        self.pipe.end()
        #expect(news.count == 1)
        #expect(try self.read(2) == .bytes(2))
        #expect(try self.read(2) == .bytes(1))
        #expect(try self.read(2) == .endOfStream)
        #expect(self.pipe.isReadable)
    }

    @Test("a pipe in memory that nobody reads any more takes what is written, and keeps nothing of it")
    func abandoned() throws {
        let room = Told()
        self.pipe.setWriter { room.tell() }
        _ = try self.write(1 << 20)
        self.pipe.abandon()
        #expect(room.count == 1)
        #expect(try self.write(1 << 20) == 1 << 20)
        #expect(self.pipe.untakenCount == 0)
    }

    @Test("a pipe in memory that is severed is broken for both sides, and what was in it is lost")
    func severed() throws {
        let (news, room) = (Told(), Told())
        _ = try self.write(1 << 20)
        self.pipe.setReader { news.tell() }
        self.pipe.setWriter { room.tell() }
        self.pipe.sever()
        #expect((news.count, room.count) == (1, 1))
        #expect(throws: MemoryFailure.self) { try self.read(1) }
        #expect(throws: MemoryFailure.self) { try self.write(1) }
    }
}
