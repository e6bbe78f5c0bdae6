import Foundation
import ScriptedPeers
import Testing

@Suite(
    "pump, given a password in the wrong place,", .timeLimit(.minutes(2)),
    .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct PumpPasswordTests {
    @Test(
        "pump, given a password in the wrong place, says where it is, and not what it is",
        arguments: [
            "tcp://admin:hunter2@h read ponies", "read tcp://admin:hunter2@h", "read ponies tcp://admin:hunter2@h",
            "read ponies --conect tcp://admin:hunter2@h", "read ponies --conect=tcp://admin:hunter2@h",
            "gossip discover://admin:hunter2@h", "--json=tcp://admin:hunter2@h read ponies",
            "-tcp://admin:hunter2@h read ponies", "read ponies --count TLS://admin:hunter2@h",
            "read $all --from tcp://admin:hunter2@h", "publish a b --id tcp://admin:hunter2@h",
            "publish a b --expect tcp://admin:hunter2@h", "consume a b --nack tcp://admin:hunter2@h",
            "stream delete tcp://admin:hunter2@h", "stream tcp://admin:hunter2@h delete",
            "serve --host tcp://admin:hunter2@h", "read ponies --connect-file tcp://admin:hunter2@h",
            "read ponies --connect-file=tcp://admin:hunter2@h", "bench tcp://admin:hunter2@h",
            "help tcp://admin:hunter2@h", "group info esdb+discover://admin:hunter2@h?tls=true g",
            "read tcp://admin:hun/ter2hunter2@h", "read ConnectTo=tcp://admin:hunter2@h",
            "read DefaultUserCredentials=admin:hunter2;ConnectTo=tcp://h", "read \"tcp://admin:hunter2@h",
        ])
    func misplaced(command: String) async throws {
        let arguments = command.split(separator: " ").map(String.init)
        // Nothing is asked of a server, not even of the one that is right.
        let port = try UnusedPort().number
        let outcome = try await PumpProcess.run(["--connect", "tcp://127.0.0.1:\(port)"] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output == [])
        let number = 3 + (arguments.firstIndex { $0.contains("hunter2") } ?? 0)
        #expect(outcome.errors.first?.contains("argument \(number) contains a password") == true, "\(outcome.errors)")
        #expect(!outcome.errors.joined().contains("hunter2"), "\(outcome.errors)")
    }

    @Test("pump, given a password in the wrong place, says so also when that is a whole command line in quotes")
    func quoted() async throws {
        let outcome = try await PumpProcess.run(["read ponies --connect tcp://admin:hunter2@h"])
        #expect(outcome.status == 64)
        #expect(!outcome.errors.joined().contains("hunter2"), "\(outcome.errors)")
    }

    @Test("pump, given a password in the wrong place, takes it where it may be, and data and names for what they are")
    func wellPlaced() async throws {
        try await PumpStage.run { stage in
            let data = "{\"url\":\"tcp://a:b@h\",\"net\":\"DefaultUserCredentials=a:b\"}"
            let name = "tcp://a:b@h"
            for arguments in [
                ["publish", "ponies", "T", "--data", data, "--metadata=\(data)", "--connect", stage.url],
                ["--connect=\(stage.url)", "publish", "--", name, "T"],
                ["read", "--connect", stage.url, "--", name],
                ["read", "--connect", stage.url, "a@b:c"],
            ] {
                let outcome = try await PumpProcess.run(arguments)
                #expect(outcome.status == (arguments.contains("a@b:c") ? 1 : 0), "\(arguments) \(outcome.errors)")
                #expect(!outcome.errors.joined().contains("password"))
            }
        }
    }
}
