import Foundation
import Testing

@testable import EmbeddedEventStore

/// What nodes tell of their cluster, without HTTP.
@Suite struct GossipTests {
    private static func object(_ value: some Encodable) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) as? [String: Any])
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Checks every field, and that there is no other.
    private static func expect(_ member: GossipDocument.Member, _ fields: [String: any Equatable & Sendable]) throws {
        let object = try Self.object(member)
        #expect(Set(object.keys) == Set(fields.keys))
        for (name, value) in fields { #expect("\(object[name] ?? "-")" == "\(Self.plain(value))", "\(name)") }
    }

    /// As JSON's values are printed.
    private static func plain(_ value: any Equatable & Sendable) -> String {
        (value as? Bool).map { $0 ? "1" : "0" } ?? "\(value)"
    }

    private static let common: [String: any Equatable & Sendable] = [
        "timeStamp": "1970-01-01T00:01:00.000Z",
        "isAlive": true,
        "internalTcpIp": "127.0.0.1",
        "externalTcpIp": "127.0.0.1",
        "lastCommitPosition": 700,
        "writerCheckpoint": 800,
        "chaserCheckpoint": 800,
        "epochPosition": 0,
        "epochNumber": 0,
        "nodePriority": 0,
    ]

    private static func common(
        _ membership: Membership,
        _ node: Int,
        _ fields: [String: any Equatable & Sendable]
    ) -> [String: any Equatable & Sendable] {
        var all = Self.common.merging(fields) { $1 }
        all["instanceId"] = "\(membership.members[node].instance)"
        all["epochId"] = "\(membership.epoch.id)"
        return all
    }

    @Test("version 5 tells of masters and slaves, with TLS beside the plain port", arguments: [false, true])
    func version5(_ secure: Bool) throws {
        let membership = Membership.complete(.version5, secure: secure)
        let gossip = membership.gossip(of: 1, .later)
        #expect((gossip.serverIp, gossip.serverPort) == ("127.0.0.1", 2114))
        #expect(gossip.members.map(\.state) == ["Master", "Slave", "Slave"])
        let fields: [String: any Equatable & Sendable] = [
            "state": "Slave",
            "internalTcpPort": 1115, "externalTcpPort": 1115,
            "internalSecureTcpPort": secure ? 1215 : 0, "externalSecureTcpPort": secure ? 1215 : 0,
            "internalHttpIp": "127.0.0.1", "internalHttpPort": 2115,
            "externalHttpIp": "127.0.0.1", "externalHttpPort": 2115,
        ]
        try Self.expect(gossip.members[2], Self.common(membership, 2, fields))
        let recorded = try Self.object(RecordedGossip.slave)
        #expect(Set(try Self.object(gossip.members[2]).keys) == Set(recorded.keys))
    }

    @Test(
        "version 20 tells of leaders and followers, with one HTTP end point and TLS in place of plain TCP",
        arguments: [false, true])
    func version20(_ secure: Bool) throws {
        let membership = Membership.complete(.version20, secure: secure)
        let gossip = membership.gossip(of: 1, .later)
        #expect((gossip.serverIp, gossip.serverPort) == ("127.0.0.1", 2114))
        #expect(gossip.members.map(\.state) == ["Leader", "Follower", "Follower"])
        let fields: [String: any Equatable & Sendable] = [
            "state": "Follower",
            "internalTcpPort": secure ? 0 : 1115, "externalTcpPort": secure ? 0 : 1115,
            "internalSecureTcpPort": secure ? 1215 : 0, "externalSecureTcpPort": secure ? 1215 : 0,
            "httpEndPointIp": "127.0.0.1", "httpEndPointPort": 2115,
            "isReadOnlyReplica": false,
        ]
        try Self.expect(gossip.members[2], Self.common(membership, 2, fields))
    }

    @Test("a node that is gone stays listed as it was, not alive", arguments: Generation.allCases)
    func gone(_ generation: Generation) throws {
        var membership = Membership.complete(generation)
        let before = membership.gossip(of: 1, .origin).members[0]
        membership.leave(0, .origin)
        membership.elect(1, .later)
        let gossip = membership.gossip(of: 1, .later)
        var expected = before
        expected.isAlive = false
        #expect(gossip.members[0] == expected)
        #expect(gossip.members[1].state == NodeState.master.name(generation))
        #expect(gossip.members[1].epochNumber == 1)
    }

    @Test("without a master everybody is Unknown, and alive", arguments: Generation.allCases)
    func leaderless(_ generation: Generation) {
        var membership = Membership.complete(generation)
        membership.leave(0, .later)
        let members = membership.gossip(of: 1, .later).members
        #expect(members.map(\.state) == [NodeState.master.name(generation), "Unknown", "Unknown"])
        #expect(members.map(\.isAlive) == [false, true, true])
    }

    @Test("a node that is cut off tells what it knew, and the others tell that it is not alive")
    func cutOff() {
        var membership = Membership.complete()
        let before = membership.gossip(of: 1, .origin)
        membership.part(1, .origin)
        membership.leave(0, .later)
        membership.elect(2, .later)
        #expect(membership.gossip(of: 1, .later) == before)
        let members = membership.gossip(of: 2, .later).members
        #expect(members.map(\.isAlive) == [false, false, true])
        #expect(members.map(\.state) == ["Master", "Slave", "Master"])
    }

    @Test("a node that has found nobody lists itself and strangers, as a real one does")
    func alone() throws {
        var membership = Membership.complete()
        membership.leave(2, .later)
        membership.startAlone(2, .refused, .later)
        let members = try membership.gossip(of: 2, .later).members.map { try Self.object($0) }
        for (member, text) in zip(members, [RecordedGossip.stranger, RecordedGossip.stranger, RecordedGossip.loner]) {
            let recorded = try Self.object(text)
            #expect(Set(member.keys) == Set(recorded.keys))
            for (name, value) in recorded where !name.hasSuffix("Port") && name != "timeStamp" {
                if name == "instanceId", text == RecordedGossip.loner { continue }
                #expect("\(member[name] ?? "-")" == "\(value)", "\(name)")
            }
        }
        let ports = members[0].filter { $0.key.hasSuffix("Port") && !$0.key.contains("Secure") }
        #expect(ports.count == 4 && ports.values.allSatisfy { $0 as? Int == 2113 })
    }
}
