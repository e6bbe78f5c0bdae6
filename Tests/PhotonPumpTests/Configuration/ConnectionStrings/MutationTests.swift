import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("A connection string with mistakes in it")
struct MutationTests {
    private static let password = "hunter2-Zebra"

    @Test(
        "a connection string with mistakes in it is refused or means something, and never has its password printed",
        arguments: [
            "tcp://admin:\(password)@localhost:1113?operationTimeout=5s&connectionName=app",
            "tls://admin:\(password)@[::1]:1115/?tlsCAFile=ca.pem&tlsHostName=es",
            "discover://admin:\(password)@h1:2113,h2:2113,h3:2113?nodePreference=follower&tls=true",
            "esdb+discover://admin:\(password)@h1:2113?tlsVerifyCert=false&keepAliveInterval=10000",
            "ConnectTo=tcp://admin:\(password)@h:1113; Heartbeat Timeout=500; VerboseLogging=true",
            "DefaultUserCredentials='admin:\(password)'; GossipSeeds=h1:1,h2:2; UseSslConnection=true; TargetHost=\"es\"",
            "GossipSeeds=h1:1,h2:2; DefaultUserCredentials=admin:\(password); MaxRetries=-1",
        ]
    )
    func mutations(text: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let mutated = Self.mutated(text, &generator)
            do {
                let configuration = try Client.Configuration(mutated)
                let printed = "\(configuration)"
                #expect(
                    !printed.contains(Self.password) || !Self.isStillSecret(configuration), "seed \(seed): \(mutated)")
            } catch let error as PhotonPumpError {
                #expect(error.code == .invalidConfiguration)
                #expect(!"\(error)".contains(Self.password), "seed \(seed): \(mutated)")
                // No long part of it either.
                #expect(!"\(error)".contains("Zebra") && !"\(error)".contains("hunter"), "seed \(seed): \(mutated)")
            }
        }
    }

    /// Whether the password is where a password belongs, and was not moved into another part by the mistake.
    private static func isStillSecret(_ configuration: Client.Configuration) -> Bool {
        configuration.credentials?.password.contains(self.password) == true
    }

    private static func mutated(_ text: String, _ generator: inout SeededGenerator) -> String {
        let marks: [Character] = [
            "@", ":", "/", "?", "&", "=", ";", ",", "'", "\"", "%", "[", "]", " ", "\n", "\0", "\u{301}", "x", "9", "-",
        ]
        var characters = Array(text)
        for _ in 0...Int.random(in: 0...3, using: &generator) {
            let index = Int.random(in: 0..<characters.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: characters.remove(at: index)
            case 1: characters.insert(marks.randomElement(using: &generator) ?? "x", at: index)
            case 2: characters[index] = marks.randomElement(using: &generator) ?? "x"
            case 3: characters.removeSubrange(index...)
            default: characters.insert(contentsOf: characters[index...].prefix(12), at: index)
            }
            if characters.isEmpty { break }
        }
        return String(characters)
    }
}
