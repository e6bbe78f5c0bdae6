import Foundation
import Testing

@testable import PhotonPumpTransport

@Suite("Random numbers of the system")
struct SystemRandomnessTests {
    @Test("random numbers are different on all threads, one by one and in pairs")
    func threads() async {
        let numbers = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<10_000).flatMap { _ in
                        let (first, second) = SystemRandomness.pair()
                        return [SystemRandomness.next(), first, second]
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(numbers).count == 240_000)
        // Each bit is set in half of them, give or take ten standard deviations.
        for bit in 0..<64 {
            let count = numbers.count { $0 >> bit & 1 == 1 }
            #expect((117_500...122_500).contains(count), "bit \(bit)")
        }
    }

    @Test("a process that was forked does not repeat the numbers of its parent", .timeLimit(.minutes(1)))
    func fork() throws {
        try self.compareWithChild()
        // In one of the two at most, the parent has no numbers left that the child could copy.
        try self.compareWithChild()
    }

    private func compareWithChild() throws {
        // Swift does not offer it, but libraries in a process may call it.
        let symbol = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
        let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        _ = SystemRandomness.next()
        let child = fork()
        var mine = SystemRandomness.next()
        if child == 0 {
            _ = write(ends[1], &mine, 8)
            _exit(0)
        }
        close(ends[1])
        defer { close(ends[0]) }
        var theirs: UInt64 = 0
        #expect(read(ends[0], &theirs, 8) == 8)
        var status: CInt = 0
        waitpid(child, &status, 0)
        #expect(theirs != mine)
    }
}
