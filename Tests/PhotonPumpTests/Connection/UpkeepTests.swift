import Logging
import PhotonPumpTransport
import Testing

@testable import PhotonPump

@Suite("How loud failures to connect are")
struct UpkeepTests {
    private let start = Environment.Instant.now

    @Test("a client that is kept connected warns of the first failure, and once a minute, and tells the end")
    func kept() {
        var upkeep = Upkeep()
        upkeep.begin()
        let levels = [0, 1, 30, 59, 60, 61, 119, 120].map { upkeep.failed(now: self.start + .seconds($0)) }
        #expect(levels == [.warning, .debug, .debug, .debug, .warning, .debug, .debug, .warning])
        #expect(upkeep.connected(after: nil) == .info)
        #expect(upkeep.failed(now: self.start + .seconds(121)) == .warning)
    }

    @Test("a client that nobody keeps connected leaves failures to its callers, until it was connected")
    func unkept() {
        var upkeep = Upkeep()
        #expect(upkeep.failed(now: self.start) == .debug)
        #expect(upkeep.connected(after: nil) == .debug)
        upkeep.lost(now: self.start)
        // The loss was a warning.
        #expect(upkeep.failed(now: self.start + .seconds(1)) == .debug)
        #expect(upkeep.failed(now: self.start + .seconds(60)) == .warning)
        #expect(upkeep.connected(after: PhotonPumpError(.connectionLost, "lost")) == .info)
    }
}
