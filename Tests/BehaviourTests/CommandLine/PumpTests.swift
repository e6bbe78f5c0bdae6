import EmbeddedEventStore
import Foundation
import PhotonPump
import ScriptedPeers
import Testing

@Suite("pump", .timeLimit(.minutes(3)), .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct PumpTests {
    @Test("S11: pump goes on by itself after it was stopped for so long that its server has given it up")
    func stopped() async throws {
        var settings = EmbeddedServer.Configuration()
        settings.heartbeatInterval = .milliseconds(100)
        settings.heartbeatTimeout = .milliseconds(400)
        try await withEmbeddedServer(settings, logger: .silent) { server in
            let hold = try await server.faults.add(.holdReply(to: .ping).skipping(10))
            let url = "\(server.connectionString)?operationTimeout=50s"
            let pump = try PumpProcess(["ping", "--count", "20", "--connect", url])
            try await hold.waitForEffect()
            pump.stop()
            try await server.waitForConnectionCount(0)
            try await hold.lift()
            pump.resume()
            let outcome = try await pump.outcome()
            #expect(outcome.errors == [])
            #expect(outcome.status == 0)
            #expect(outcome.output.count == 20)
        }
    }

    @Test(
        "pump fails at once where nobody listens, in one line",
        arguments: [
            "ping", "read ponies", "publish ponies PonyJumped --data {}", "stream metadata ponies",
            "stream delete ponies", "scavenge", "bench ping --n 1", "copy ponies herd", "diff ponies herd", "top",
        ])
    func nobody(command: String) async throws {
        let port = try UnusedPort().number
        // A second attempt would have an hour.
        let outcome = try await PumpProcess.run(
            command.split(separator: " ").map(String.init) + [
                "--connect", "tcp://127.0.0.1:\(port)?connectTimeout=3600s",
            ])
        #expect(outcome.status == 1)
        #expect(outcome.output == [])
        #expect(outcome.errors.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.first?.contains("127.0.0.1:\(port)") == true, "\(outcome.errors)")
    }

    @Test("pump fails where nobody gossips when its time to connect is up, in one line", arguments: ["ping", "gossip"])
    func nobodyGossips(command: String) async throws {
        let port = try UnusedPort().number
        let outcome = try await PumpProcess.run(
            [command, "--connect", "discover://127.0.0.1:\(port)?connectTimeout=500ms"])
        #expect(outcome.status == 1)
        #expect(outcome.errors.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.first?.contains("127.0.0.1:\(port)") == true, "\(outcome.errors)")
    }

    @Test("pump says that a port may be the one for HTTP, or the one for TCP, where it is")
    func wrongPort() async throws {
        try await PumpStage.run { stage in
            let (tcp, http) = ("\(stage.server.port)", stage.httpPort)
            let url = "127.0.0.1:\(http)?connectTimeout=50s"
            #expect(
                try await PumpProcess.run(["ping", "--connect", "tcp://\(url)"]).isFailure(saying: "HTTP port", http))
            let info = try await stage.run("node", "info", "--http-port", tcp)
            #expect(info.isFailure(saying: "is it the TCP port?", tcp, "--http-port"), "\(info.errors)")
            let gossip = try await PumpProcess.run([
                "gossip", "--connect", "discover://127.0.0.1:\(tcp)?connectTimeout=500ms",
            ])
            #expect(gossip.isFailure(saying: "is it the TCP port?", tcp), "\(gossip.errors)")
        }
    }

    @Test("S60: pump speaks TLS with a server whose authority it is told to trust")
    func tls() async throws {
        try await Trust.run { trust in
            try await withEmbeddedServer(try trust.server(), logger: .silent) { server in
                let url = try #require(server.tlsConnectionString)
                let outcome = try await PumpProcess.run(["ping", "--connect", "\(url)?tlsCAFile=\(trust.file)"])
                #expect(outcome.errors == [])
                #expect(outcome.status == 0)
                #expect(outcome.output.count == 1)
            }
        }
    }

    @Test("S60: pump says in one line why there is no TLS connection", arguments: TLSTests.Trouble.allCases)
    func noTLS(_ trouble: TLSTests.Trouble) async throws {
        try await Trust.run { trust in
            let settings = try trust.server(TLSTests.certificate(trouble, trust))
            try await withEmbeddedServer(settings, logger: .silent) { server in
                let url = try await TLSTests.url(trouble, server, trust)
                let outcome = try await PumpProcess.run(["ping", "--connect", url])
                #expect(outcome.status == 1)
                #expect(outcome.output == [])
                #expect(outcome.errors.count == 1, "\(outcome.errors)")
                for word in TLSTests.words(trouble) {
                    #expect(outcome.errors.first?.contains(word) == true, "\(outcome.errors)")
                }
            }
        }
    }

    @Test(
        "pump says which command may be meant by a word that is none",
        arguments: [
            ("raed ponies", "'pump' has no command 'raed'. Did you mean 'pump read'?"),
            ("--json --connect tcp://ponies taill --from 3", "Did you mean 'pump tail'?"),
            ("subscribe ponies", "Did you mean 'pump tail'?"),
            ("group --color never crate ponies", "no command 'crate'. Did you mean 'pump group create'?"),
            ("create", "Did you mean 'pump group create', 'pump projection create' or 'pump user create'?"),
            ("stream jump ponies", "'pump stream' has no command 'jump', but "),
            ("graze\u{7}", #"'pump' has no command 'graze\u0007', but "#),
        ])
    func unknownCommand(command: String, words: String) async throws {
        let outcome = try await PumpProcess.run(command.split(separator: " ").map(String.init))
        #expect(outcome.isMisuse(saying: words), "\(outcome.errors)")
    }

    @Test(
        "other mistakes are told as what they are, behind a command and without one",
        arguments: [
            ("read ponies --form 3", "Unknown option '--form'. Did you mean '--from'?"),
            ("group create ponies", "Missing expected argument '<group>'"),
            ("--colour never read ponies", "Unknown option '--colour'"),
        ])
    func otherMistakes(command: String, words: String) async throws {
        let outcome = try await PumpProcess.run(command.split(separator: " ").map(String.init))
        #expect(outcome.isMisuse(saying: words), "\(outcome.errors)")
    }
}
