import Foundation
import Testing

@testable import PhotonPump

@Suite("Gossip")
struct GossipDocumentTests {
    private func gossip(_ name: String) throws -> ClusterGossip {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Gossip"))
        return try ClusterGossip(json: [UInt8](Data(contentsOf: url)))
    }

    @Test("gossip names no node whose host is longer than a name can be", arguments: [(255, true), (256, false)])
    func longHosts(length: Int, isTaken: Bool) throws {
        let host = String(repeating: "a", count: length)
        let text = """
            {"members":[
                {"state":"Master","isAlive":true,"externalTcpIp":"\(host)","externalTcpPort":1},
                {"state":"Slave","isAlive":true,"externalTcpIp":"b","externalTcpPort":1,
                 "externalHttpIp":"\(host)","externalHttpPort":2}
            ]}
            """
        let members = try ClusterGossip(json: Array(text.utf8)).members
        #expect(members.map(\.tcpHost) == (isTaken ? [host, "b"] : ["b"]))
        #expect(members.last?.http?.host == (isTaken ? host : nil))
    }

    @Test("gossip of a 4.x cluster names its nodes")
    func older() throws {
        let gossip = try self.gossip("gossip-cluster-master")
        #expect(gossip.members.map(\.state) == [.follower, .master, .follower])
        let master = gossip.members[1]
        #expect(master.isAlive)
        #expect(master.endpoint(usesTLS: false) == Endpoint(host: "127.0.0.1", port: 1723))
        #expect(master.endpoint(usesTLS: true) == nil)
        #expect(master.http == Endpoint(host: "127.0.0.1", port: 2723))
        #expect(master.id != nil)
        #expect(!master.isReadOnlyReplica)
    }

    @Test("gossip of a 4.x cluster without a quorum has nodes that nobody has heard of")
    func noQuorum() throws {
        let members = try self.gossip("gossip-cluster-no-quorum").members
        #expect(members.map(\.state) == [.manager, .manager, .unknown])
        #expect(members.map(\.isAlive) == [false, false, true])
        #expect(members[0].id == nil)
        #expect(members[0].lastCommitPosition == nil)
        #expect(members[0].epochNumber == nil)
    }

    @Test("S61: gossip of a 20.x cluster names its nodes, apart from those it describes in an unknown way")
    func newer() throws {
        let members = try self.gossip("gossip-20").members
        #expect(members.map(\.state) == [.master, .readOnlyReplica, .follower])
        #expect(members[0].endpoint(usesTLS: true) == Endpoint(host: "es-1.example", port: 1113))
        #expect(members[0].endpoint(usesTLS: false) == nil)
        #expect(members[0].http == Endpoint(host: "es-1.example", port: 2113))
        #expect(members[0].lastCommitPosition == 100)
        #expect(members[0].writerCheckpoint == 120)
        #expect(members[0].epochNumber == 7)
        #expect(members[0].nodePriority == 1)
        #expect(members[1].isReadOnlyReplica)
        #expect(members[1].tcpPort == nil && members[1].tlsPort == nil)
        #expect(members[2].tlsPort == nil)
        #expect(members[2].http == nil)
    }

    @Test(
        "what is not gossip is an error", arguments: ["", "[]", "{}", "{\"members\":3}", "<html>", "{\"members\":[}"])
    func garbage(text: String) {
        #expect(throws: DecodingError.self) { try ClusterGossip(json: [UInt8](text.utf8)) }
    }

    @Test(
        "gossip nested as deep as an answer can be long is an error, too",
        arguments: ["[", "{\"a\":", "{\"members\":["])
    func deep(opening: String) {
        let text = String(repeating: opening, count: HTTPRequest.defaultAnswerLimit / opening.utf8.count)
        #expect(throws: DecodingError.self) { try ClusterGossip(json: Array(text.utf8)) }
        let members = "{\"members\":[{\"state\":\(text)"
        #expect(throws: DecodingError.self) { try ClusterGossip(json: Array(members.utf8)) }
    }

    @Test("gossip gives no ports that cannot exist", arguments: ["1e400", "-1", "99999999999999999999", "7.5"])
    func numbers(number: String) throws {
        let text = #"{"members":[{"state":"Master","isAlive":true,"externalTcpIp":"h","externalTcpPort":\#(number)}]}"#
        let members = (try? ClusterGossip(json: Array(text.utf8)).members) ?? []
        #expect(members.allSatisfy { $0.tcpPort == nil })
    }

    @Test(
        "gossip has names of older and newer servers for states",
        arguments: [
            ("Master", .master), ("Leader", .master), ("Slave", .follower), ("Follower", .follower),
            ("PreMaster", .preMaster), ("PreLeader", .preMaster), ("ReadOnlyLeaderless", .readOnlyLeaderless),
            ("ResigningLeader", .resigningLeader), ("CatchingUp", .catchingUp), ("Pondering", nil),
        ] as [(String, NodeState?)]
    )
    func states(name: String, state: NodeState?) {
        #expect(NodeState(name: name) == state)
    }
}
