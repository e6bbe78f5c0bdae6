import EmbeddedEventStore
import Foundation
import Logging
import PhotonPump

/// The server that the behaviour of the client is tested on: an embedded one of each test's own, or the real one that
/// `PHOTONPUMP_URL` names.
enum TestServer {
    static let realURL = ProcessInfo.processInfo.environment["PHOTONPUMP_URL"].flatMap { $0.isEmpty ? nil : $0 }

    /// For tests of what only the embedded server offers.
    static let isEmbedded = TestServer.realURL == nil

    /// Runs `body` with a client that is connected as an administrator.
    static func withClient<R>(_ body: (Client) async throws -> R) async throws -> R {
        try await self.withConfiguration { configuration in
            try await PhotonPump.withClient(configuration, logger: .silent, body)
        }
    }

    /// Runs `body` with settings that connect as an administrator.
    static func withConfiguration<R>(_ body: (Client.Configuration) async throws -> R) async throws -> R {
        if let url = self.realURL { return try await body(self.configuration(url)) }
        return try await withEmbeddedServer(logger: .silent) { server in
            try await body(self.configuration(server.connectionString))
        }
    }

    /// Settings for the server or cluster at `url`, with time for a busy machine.
    static func configuration(_ url: String) throws -> Client.Configuration {
        var configuration = try Client.Configuration(url)
        // However busy the machine is, unless a test is about time.
        configuration.operationTimeout = .seconds(50)
        configuration.connectTimeout = .seconds(50)
        return configuration
    }

    /// A stream that no other test uses.
    static func newStream(_ purpose: String = "test") -> String {
        "\(purpose)-\(UUID().uuidString.lowercased())"
    }
}

/// A small event to write.
struct Pony: Codable, Equatable, Sendable {
    var name: String
    var height = 10

    func event(_ type: String = "PonyJumped") throws -> NewEvent {
        try NewEvent(type: type, body: self)
    }

    /// Events whose ponies are named after their place, from 0.
    static func events(_ count: Int) throws -> [NewEvent] {
        try (0..<count).map { try Pony(name: "\($0)", height: $0).event() }
    }
}
