import PhotonPumpWire
import ScriptedPeers
import Testing

@testable import EmbeddedEventStore

/// What subscribers notice of a cluster's nodes coming and going.
@Suite(.timeLimit(.minutes(1))) struct ClusterSubscriptionTests {
    @Test("every node tells its subscribers of events, whoever wrote them where")
    func followers() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            var subscribers: [ScriptedPeer] = []
            for node in cluster.nodes {
                let subscriber = try await ScriptedPeer.connect(to: node)
                try await subscriber.subscribe("s")
                subscribers.append(subscriber)
            }
            for (node, letter) in zip(cluster.nodes, "abc") {
                try await ScriptedPeer.connect(to: node).write("\(letter)")
            }
            for subscriber in subscribers {
                for number in 0..<3 { #expect(try await subscriber.told() == "\(number)@s") }
            }
        }
    }

    @Test("a follower sends the consumers of a persistent subscription to the master")
    func redirect() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            try await ScriptedPeer.connect(to: cluster.nodes[0]).create()
            let client = try await ScriptedPeer.connect(to: cluster.nodes[1])
            let connect = ConnectToPersistentSubscription(stream: "s", group: "g", allowedInFlight: 1)
            try await client.request(connect, .connectToPersistentSubscription)
            let refusal = try NotHandled(decoding: try #require(await client.next()).payload)
            #expect(refusal.reason == .notMaster)
            #expect(refusal.master?.tcpPort == Int32(cluster.nodes[0].port))
        }
    }

    @Test("a node that is killed says nothing to its subscribers; the next master goes on from the checkpoint")
    func kill() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let consumer = try await ScriptedPeer.connect(to: cluster.nodes[0])
            let follower = try await ScriptedPeer.connect(to: cluster.nodes[1])
            try await consumer.create(.tested.with { $0.maxCheckpointCount = 1 })
            try await consumer.write("abc")
            try await consumer.consume(limit: 2)
            #expect(try await consumer.told() == "0@s")
            #expect(try await consumer.told() == "1@s")
            try await consumer.ack("a")
            #expect(try await consumer.told() == "2@s")
            try await follower.subscribe("s")
            try await cluster.kill(0)
            #expect(try await consumer.next() == nil)
            let next = try await ScriptedPeer.connect(to: cluster.nodes[1])
            try await next.consume()
            #expect(try await next.told() == "1@s")
            #expect(try await next.told() == "2@s")
            // Volatile subscriptions to other nodes go on.
            try await next.write("d")
            #expect(try await follower.told() == "3@s")
        }
    }

    @Test("a master that is none any more drops the consumers, who stay connected, and not the other subscribers")
    func moveMaster() async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            let consumer = try await ScriptedPeer.connect(to: cluster.nodes[0])
            let volatile = try await ScriptedPeer.connect(to: cluster.nodes[0])
            try await consumer.create()
            try await consumer.consume()
            try await volatile.subscribe("s")
            try await cluster.moveMaster(to: 2)
            #expect(try await consumer.told() == "dropped 0")
            try await volatile.write("a")
            let next = try await ScriptedPeer.connect(to: cluster.nodes[2])
            try await next.consume()
            #expect(try await next.told() == "0@s")
        }
    }
}
