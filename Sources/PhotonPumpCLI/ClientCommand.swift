import ArgumentParser
import PhotonPump

/// Who has ``GlobalOptions``: `pump` itself and its commands.
protocol OptionsHolder {
    /// The options in force, wherever they were given.
    var options: GlobalOptions { get }
}

/// The options of `pump` that a command takes after its name as well as before it.
struct SharedOptions<Parent: ParsableCommand & OptionsHolder & Sendable>: ParsableArguments {
    @ParentCommand var parent: Parent
    @OptionGroup var own: GlobalOptions
}

/// A command that takes the options of `pump`.
protocol PumpCommand: AsyncParsableCommand, OptionsHolder, Sendable {
    associatedtype Parent: ParsableCommand & OptionsHolder & Sendable

    var shared: SharedOptions<Parent> { get }
}

extension PumpCommand {
    var options: GlobalOptions { self.shared.own.merged(with: self.shared.parent.options) }
}

/// A command that is carried out with a client.
protocol ClientCommand: PumpCommand {
    /// Whether the client connects before anything else, so that the command fails at once where it cannot.
    static var connectsFirst: Bool { get }

    /// What to connect to.
    func configuration() throws -> Client.Configuration

    /// - Parameter json: whether to print one JSON object per line.
    func run(with client: Client, json: Bool) async throws

    /// What to type after this error; nil if that is anybody's guess.
    func advice(for error: PhotonPumpError) -> String?
}

extension ClientCommand {
    static var connectsFirst: Bool { true }

    func configuration() throws -> Client.Configuration { try self.options.configuration() }
    func advice(for error: PhotonPumpError) -> String? { nil }

    private static var word: String { self.configuration.commandName ?? "\(Self.self)".lowercased() }

    func run() async throws {
        let options = self.options
        var settings = try self.configuration()
        // The server says which command a connection is of, unless the connection string has another name.
        settings.connectionName.replace(/^photonpump-(?=[0-9]+$)/, with: "pump-\(Self.word)-")
        let configuration = settings
        try await interruptible {
            let client = try Client(configuration, logger: options.logger)
            let result: Result<Void, any Error>
            do {
                if Self.connectsFirst { try await client.connect() }
                result = .success(try await self.run(with: client, json: options.json))
            } catch let error as PhotonPumpError {
                let advice = self.advice(for: error) ?? error.adviceToLogIn(configuration)
                result = .failure(advice.map { AdvisedError(error, $0) } ?? error)
            } catch {
                result = .failure(error)
            }
            await client.close()
            try result.get()
        }
    }
}
