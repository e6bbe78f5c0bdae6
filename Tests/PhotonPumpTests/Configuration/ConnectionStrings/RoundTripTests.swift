import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("Settings as a connection string")
struct RoundTripTests {
    @Test("settings as a connection string are the same settings again, whatever they are")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let configuration = Client.Configuration.random(using: &generator)
            _ = try configuration.validated()
            let text = configuration.connectionString
            let again = try #require(try? Client.Configuration(text), "seed \(seed): \(text)")
            #expect(again == configuration, "seed \(seed): \(text)")
        }
    }

    @Test("settings as a connection string name what is not the default, and nothing else")
    func text() {
        var configuration = Client.Configuration(
            .cluster(gossip: [Endpoint(host: "h1", port: 1), Endpoint(host: "::1", port: 2)]),
            credentials: Credentials(username: "a b", password: "p:@")
        )
        configuration.connectionName = "app"
        configuration.tls = TLSSettings()
        configuration.retries.maximum = nil
        configuration.operationTimeout = .microseconds(1500)
        let settings = "connectionName=app&tls=true&operationTimeout=2ms&maxRetries=unlimited"
        #expect(configuration.connectionString == "discover://a%20b:p%3A%40@h1:1,[::1]:2?\(settings)")
        #expect(configuration.description == "discover://a%20b:***@h1:1,[::1]:2?\(settings)")
    }

    @Test("settings as a connection string can be read again up to their limits")
    func limits() throws {
        var configuration = Client.Configuration(.node(Endpoint(host: "h", port: 1)))
        configuration.connectionName = "app"
        configuration.maximumInFlight = .max
        configuration.maximumWaiting = .max
        configuration.retries.maximum = .max
        configuration.operationTimeout = CallTerms.longest
        _ = try configuration.validated()
        #expect(try Client.Configuration(configuration.connectionString) == configuration)
        // It can be shown, if not used.
        configuration.operationTimeout = Duration(attoseconds: .max)
        #expect(configuration.description.contains("operationTimeout=170141183460469231731688ms&"))
    }

    @Test("settings as a connection string have brackets around a host with colons, whatever they combine with")
    func combiningMarks() throws {
        let configuration = try Client.Configuration("tcp://[:\u{5B4}a]:7")
        #expect(configuration.target == .node(Endpoint(host: ":\u{5B4}a", port: 7)))
        #expect(try Client.Configuration(configuration.connectionString) == configuration)
    }

    @Test("settings as a connection string are all in the documentation")
    func documentation() throws {
        let article = try Documentation.article("ConnectionStrings")
        for setting in Setting.own + Setting.grpc + Setting.dotNet {
            #expect(article.contains("`\(setting.name)`"), "\(setting.name)")
        }
    }
}
