import ArgumentParser
import PhotonPump

/// Who has ``GlobalOptions``: `pump` itself and its commands.
protocol OptionsHolder {
    /// The options in force, wherever they were given.
    var options: GlobalOptions { get }
}

/// A command that takes the options of `pump` after its name as well as before it.
protocol PumpCommand: AsyncParsableCommand, OptionsHolder, Sendable {
    associatedtype Parent: OptionsHolder

    var parent: Parent { get }
    /// The options that were given after its name.
    var global: GlobalOptions { get }
}

extension PumpCommand {
    var options: GlobalOptions { self.global.merged(with: self.parent.options) }
}

/// A command that is carried out with a client.
protocol ClientCommand: PumpCommand {
    /// Whether the client connects before anything else, so that the command fails at once where it cannot.
    static var connectsFirst: Bool { get }

    /// What to connect to.
    func configuration() throws -> Client.Configuration

    /// - Parameter json: whether to print one JSON object per line.
    func run(with client: Client, json: Bool) async throws
}

extension ClientCommand {
    static var connectsFirst: Bool { true }

    func configuration() throws -> Client.Configuration { try self.options.configuration() }

    func run() async throws {
        let options = self.options
        let configuration = try self.configuration()
        try await interruptible {
            if Self.connectsFirst {
                try await withClient(configuration, logger: options.logger) {
                    try await self.run(with: $0, json: options.json)
                }
            } else {
                let client = try Client(configuration, logger: options.logger)
                let result: Result<Void, any Error>
                do {
                    result = .success(try await self.run(with: client, json: options.json))
                } catch {
                    result = .failure(error)
                }
                await client.close()
                try result.get()
            }
        }
    }
}
