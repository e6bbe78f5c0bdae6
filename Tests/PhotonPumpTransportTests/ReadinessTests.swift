import Dispatch
import Foundation
import PhotonPumpWire
import Synchronization
import Testing

@testable import PhotonPumpTransport

@Suite("Readiness", .timeLimit(.minutes(1)))
struct ReadinessTests {
    /// Two ends of a connection.
    private final class Ends: Sendable {
        let near: CInt
        let far: CInt

        init() throws {
            var ends: [CInt] = [-1, -1]
            try #require(socketpair(AF_UNIX, Platform.streamSocket, 0, &ends) == 0)
            (self.near, self.far) = (ends[0], ends[1])
        }

        deinit {
            close(self.near)
            close(self.far)
        }

        func write() throws {
            var byte: UInt8 = 1
            _ = try systemCall("send") { send(self.far, &byte, 1, Platform.sendFlags) }
        }

        func read() {
            var byte: UInt8 = 0
            _ = recv(self.near, &byte, 1, CInt(MSG_DONTWAIT))
        }
    }

    private static let sets: [any ReadinessSet.Type] = {
        #if canImport(Darwin)
            [PollList.self]
        #else
            [PollList.self, Epoll.self]
        #endif
    }()

    /// What is ready without waiting for it.
    private static func ready(_ set: any ReadinessSet) -> [UInt64: Readiness] {
        set.wake()
        var found: [UInt64: Readiness] = [:]
        set.wait { found[$0] = $1 }
        return found
    }

    @Test("descriptors are reported under their numbers, for what one is interested in", arguments: Self.sets)
    func interest(kind: any ReadinessSet.Type) throws {
        let set = try kind.init()
        let (first, second) = (try Ends(), try Ends())
        try set.change([], to: .reading, at: first.near, number: 7)
        try set.change([], to: .writing, at: second.near, number: 8)
        #expect(Self.ready(set) == [8: .writing])
        try first.write()
        try second.write()
        #expect(Self.ready(set) == [7: .reading, 8: .writing])
        try set.change(.writing, to: [.reading, .writing], at: second.near, number: 8)
        #expect(Self.ready(set) == [7: .reading, 8: [.reading, .writing]])
        try set.change(.reading, to: [], at: first.near, number: 7)
        #expect(Self.ready(set) == [8: [.reading, .writing]])
    }

    @Test("descriptors of no interest are not reported, even if they break", arguments: Self.sets)
    func noInterest(kind: any ReadinessSet.Type) throws {
        let set = try kind.init()
        let ends = try Ends()
        try set.change([], to: .reading, at: ends.near, number: 7)
        try set.change(.reading, to: [], at: ends.near, number: 7)
        shutdown(ends.far, CInt(SHUT_RDWR))
        #expect(Self.ready(set).isEmpty)
        try set.change([], to: .writing, at: ends.near, number: 7)
        let found = try #require(Self.ready(set)[7])
        #expect(!found.isDisjoint(with: [.broken, .writing]))
    }

    @Test("a descriptor that was closed and came again is reported under its new number", arguments: Self.sets)
    func sameDescriptor(kind: any ReadinessSet.Type) throws {
        let set = try kind.init()
        let ends = try Ends()
        try ends.write()
        try set.change([], to: .reading, at: ends.near, number: 7)
        #expect(Self.ready(set) == [7: .reading])
        try set.change(.reading, to: [], at: ends.near, number: 7)
        try set.change([], to: .reading, at: ends.near, number: 8)
        #expect(Self.ready(set) == [8: .reading])
    }

    @Test("more descriptors than are reported at a time are all reported", arguments: Self.sets)
    func many(kind: any ReadinessSet.Type) throws {
        let set = try kind.init()
        let all = try (0..<200).map { _ in try Ends() }
        for (number, ends) in all.enumerated() {
            try ends.write()
            try set.change([], to: .reading, at: ends.near, number: UInt64(number))
        }
        var found: Set<UInt64> = []
        while found.count < all.count {
            set.wait { number, _ in
                found.insert(number)
                all[Int(number)].read()
            }
        }
        #expect(Self.ready(set).isEmpty)
    }

    @Test("a change is noticed by a wait that is going on, and so is waking it", arguments: Self.sets)
    func waiting(kind: any ReadinessSet.Type) async throws {
        let set = try kind.init()
        let ends = try Ends()
        try ends.write()
        let (waits, wait) = AsyncStream.makeStream(of: [UInt64].self)
        SystemThread.start("waiting") {
            for _ in 0..<2 {
                var found: [UInt64] = []
                // Nothing at all is reported when somebody changes what is waited for.
                set.wait { number, _ in found.append(number) }
                wait.yield(found)
            }
            wait.finish()
        }
        set.wake()
        var results = waits.makeAsyncIterator()
        #expect(await results.next() == [])
        try set.change([], to: .reading, at: ends.near, number: 7)
        _ = await results.next()
        #expect(Self.ready(set) == [7: .reading])
    }

    @Test("a connection that the system does not wait for fails by name, instead of waiting for ever")
    func refused() async throws {
        // Files are always ready, and epoll does not take them.
        try #require(Self.sets.count == 2, "only epoll refuses something that can be had easily")
        let executor = QueueExecutor(label: "readiness")
        let file = OwnedDescriptor(open("/dev/null", O_RDWR | O_CLOEXEC))
        let socket = try SocketTransport(OwnedDescriptor(file.release()), peer: "a file", executor: executor)
        let (errors, report) = AsyncStream.makeStream(of: String.self)
        let bound = QueueBound(socket, to: executor)
        executor.run(here: true) {
            bound.value.activate { event in
                guard case .readable = event else { return }
                do throws(TransportError) {
                    _ = try withUnsafeTemporaryAllocation(byteCount: 8, alignment: 1) { buffer throws(TransportError) in
                        try bound.value.read(into: buffer)
                    }
                } catch {
                    report.yield("\(error)")
                }
            }
        }
        let error = await errors.first { _ in true }
        #expect(error?.contains("epoll_ctl") == true, "\(error ?? "nothing")")
        executor.run(here: true) { bound.value.close() }
    }
}
