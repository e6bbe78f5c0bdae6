import EmbeddedEventStore
import Logging
import Testing

/// What a real server answered is what ours answers, frame by frame.
@Suite(.timeLimit(.minutes(1))) struct RecordedConversationTests {
    struct Conversation: CustomTestStringConvertible {
        let name: String
        let deviations: [Deviation]

        var testDescription: String { self.name }

        init(_ name: String, _ deviations: [Deviation] = []) {
            self.name = name
            self.deviations = deviations
        }
    }

    private static let heartbeat = "the server's own heartbeats depend on time and have a test of their own"
    private static let emptyLog = "the recorded server had written before"
    private static let notPosition = Treatment.ignoring(["1[0]"])
    private static let lost = "the recorded server closed before its BadRequest got out; a later connection shows it"
    private static let trace = "the recorded text ends with a stack trace"

    static let conversations = [
        Conversation("connect.dotnet", [Deviation(9...10, Self.heartbeat)]),
        Conversation("connect.photonpump", [Deviation(5...6, Self.heartbeat)]),
        Conversation(
            "connect.raw",
            [
                Deviation(29...32, "an empty password before an empty payload is no broken frame here"),
                Deviation(37...39, Self.heartbeat),
            ]
        ),
        Conversation("connect-anonymous.dotnet"),
        Conversation("not-authenticated.dotnet"),
        Conversation("not-authenticated.photonpump"),
        Conversation("bad-request.photonpump"),
        Conversation(
            "bad-request.raw",
            [
                Deviation(32...36, Self.lost),
                Deviation(46...46, Self.trace, .sameTextUpTo("Error: ")),
                Deviation(49...98, Self.lost),
                Deviation(114...114, Self.trace, .sameTextUpTo("Error: ")),
            ]
        ),
        Conversation("write.dotnet"),
        Conversation("write.photonpump"),
        Conversation("write-expected-version.dotnet"),
        Conversation("write-idempotent.dotnet"),
        Conversation("write-failures.dotnet"),
        Conversation("transaction.dotnet"),
        Conversation("metadata.dotnet"),
        Conversation("read-event.dotnet"),
        Conversation("read-event.photonpump"),
        Conversation("read-stream.dotnet"),
        Conversation("read-stream.photonpump"),
        Conversation(
            "read-all.dotnet",
            [
                Deviation(21...22, "the recorded log begins with events of the server's own"),
                Deviation(30...30, "the recorded text tells of the log's file", .ignoring(["7[0]"])),
            ]
        ),
        Conversation("read-all.photonpump"),
        Conversation("scavenge.raw"),
        Conversation("read-links.dotnet"),
        Conversation("delete.dotnet"),
        Conversation("subscribe-volatile.dotnet", [Deviation(6...6, Self.emptyLog, Self.notPosition)]),
        Conversation("subscribe-volatile.photonpump", [Deviation(4...4, Self.emptyLog, Self.notPosition)]),
        Conversation("subscribe-all.dotnet", [Deviation(6...6, Self.emptyLog, Self.notPosition)]),
        Conversation("catchup-stream.dotnet"),
        Conversation("catchup-stream.photonpump"),
        Conversation("catchup-all.dotnet"),
        Conversation("persistent-manage.dotnet"),
        Conversation(
            "persistent-consume.dotnet",
            [
                Deviation(
                    36...36, "the recorded metadata has its own layout, and its time in it",
                    .ignoring(["1[0].1[0].8[0]", "1[1].1[0].8[0]"]))
            ]
        ),
        Conversation("persistent-links.dotnet"),
        Conversation("persistent-two-consumers.dotnet"),
        Conversation("persistent.photonpump"),
        Conversation("reconnect.dotnet"),
    ]

    @Test("a conversation with a real server goes the same way here", arguments: Self.conversations)
    func replay(_ conversation: Conversation) async throws {
        var configuration = EmbeddedServer.Configuration.patient
        // Nothing is late, however long it takes to play a conversation.
        configuration.persistentSubscriptionTick = .seconds(3600)
        try await withEmbeddedServer(configuration, logger: .silent) { server in
            var replay = Replay(server, conversation.name, conversation.deviations)
            try await replay.run()
        }
    }

    @Test(
        "a follower answers a conversation with a real one in the same way",
        arguments: [
            Conversation("cluster-follower.raw"),
            Conversation("cluster-follower.photonpump"),
        ]
    )
    func follower(_ conversation: Conversation) async throws {
        try await Self.withNode(1) { _, node in
            var replay = Replay(node, conversation.name, conversation.deviations)
            try await replay.run()
        }
    }

    @Test("a server that is stopped drops its subscribers and closes, like a real one")
    func shutdown() async throws {
        try await withEmbeddedServer(.patient, logger: .silent) { server in
            var replay = Replay(server, "server-shutdown.raw", [Deviation(4...4, Self.emptyLog, Self.notPosition)])
            try await replay.run([9: { await server.stop() }])
        }
    }

    @Test("S8: a node that has not found its cluster knows no users and is not ready, like a real one")
    func notReady() async throws {
        try await Self.withNode(1) { cluster, node in
            try await cluster.kill(1)
            try await cluster.restart(1, alone: true)
            var replay = Replay(node, "cluster-not-ready.raw", [])
            try await replay.run()
        }
    }

    @Test("a follower that is left alone goes on naming its master, like a real one")
    func quorumLost() async throws {
        try await Self.withNode(1) { cluster, node in
            try await cluster.isolate(1)
            var replay = Replay(
                node,
                "cluster-quorum-lost.raw",
                [
                    Deviation(6...7, Self.heartbeat),
                    Deviation(16...16, Self.emptyLog, Self.notPosition),
                    Deviation(29...29, Self.emptyLog, Self.notPosition),
                    Deviation(19...21, "the recorded client did not wait for the answer"),
                ]
            )
            try await replay.run()
        }
    }

    private static func withNode(
        _ number: Int,
        _ body: (EmbeddedCluster, EmbeddedServer) async throws -> Void
    ) async throws {
        try await withEmbeddedCluster(.patient, logger: .silent) { cluster in
            try await body(cluster, cluster.nodes[number])
        }
    }
}
