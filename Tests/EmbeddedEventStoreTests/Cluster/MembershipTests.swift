import Foundation
import PhotonPumpTransport
import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

extension Membership {
    /// Nodes on ports that come one after the other, all of them there; node 0 is the master.
    static func complete(_ generation: Generation = .version5, secure: Bool = false) -> Membership {
        let addresses = (0..<3).map { number in
            NodeAddress(
                host: "127.0.0.1",
                tcpPort: 1113 + number,
                httpPort: 2113 + number,
                secureTCPPort: secure ? 1213 + number : nil
            )
        }
        var membership = Membership(addresses, generation, newID: Environment.system.newID)
        for node in 0..<3 { membership.join(node) }
        membership.elect(0, .origin)
        return membership
    }

    var roles: [Role?] { self.members.indices.map { self.role(of: $0) } }
}

extension Moment {
    static let origin = Moment(time: Date(timeIntervalSince1970: 0), lastPosition: 0, endPosition: 256)
    static let later = Moment(time: Date(timeIntervalSince1970: 60), lastPosition: 700, endPosition: 800)
}

@Suite struct MembershipTests {
    @Test("one node leads, and the others follow it")
    func roles() {
        let membership = Membership.complete()
        let following = Role.follower(of: membership.masterInfo(0))
        #expect(membership.roles == [.master, following, following])
    }

    @Test("without a master nobody leads, and whoever is elected leads the next epoch")
    func election() {
        var membership = Membership.complete()
        let first = membership.epoch
        #expect((first.number, first.position) == (0, 0))
        membership.leave(0, .later)
        #expect(membership.roles == [nil, .leaderless, .leaderless])
        #expect(membership.candidate == 1)
        membership.elect(2, .later)
        #expect(membership.roles == [nil, .follower(of: membership.masterInfo(2)), .master])
        #expect((membership.epoch.number, membership.epoch.position) == (1, 800))
        #expect(membership.epoch.id != first.id)
    }

    @Test("a follower that leaves costs nobody the master, and follows again when it is back")
    func follower() {
        var membership = Membership.complete()
        membership.leave(1, .later)
        #expect(membership.master == 0)
        #expect(!membership.isReady(1))
        membership.join(1)
        #expect(membership.role(of: 1) == .follower(of: membership.masterInfo(0)))
        #expect(membership.epoch.number == 0)
    }

    @Test("who is absent or apart is not elected")
    func unelectable() {
        var membership = Membership.complete()
        membership.leave(1, .later)
        membership.part(2, .later)
        membership.elect(1, .later)
        membership.elect(2, .later)
        #expect(membership.master == 0)
    }

    @Test("a follower that is cut off still takes the old master for it; a master has nobody to lead")
    func parting() {
        var membership = Membership.complete()
        let old = membership.masterInfo(0)
        membership.part(1, .later)
        membership.part(0, .later)
        membership.elect(2, .later)
        #expect(membership.roles == [.leaderless, .cutOff(from: old), .master])
        membership.join(0)
        membership.join(1)
        let following = Role.follower(of: membership.masterInfo(2))
        #expect(membership.roles == [following, following, .master])
    }

    @Test(
        "the master is named by the ports that its generation offers",
        arguments: Generation.allCases, [false, true]
    )
    func masterInfo(_ generation: Generation, _ secure: Bool) {
        var expected = MasterInfo()
        (expected.httpHost, expected.httpPort) = ("127.0.0.1", 2114)
        if generation == .version5 || !secure { (expected.tcpHost, expected.tcpPort) = ("127.0.0.1", 1114) }
        if secure { (expected.secureTCPHost, expected.secureTCPPort) = ("127.0.0.1", 1214) }
        #expect(Membership.complete(generation, secure: secure).masterInfo(1) == expected)
    }
}
