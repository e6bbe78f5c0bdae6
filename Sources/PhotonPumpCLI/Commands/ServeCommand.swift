import ArgumentParser
import EmbeddedEventStore
import Foundation

/// `pump serve`
struct ServeCommand: PumpCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the embedded server until SIGINT or SIGTERM.",
        discussion: """
            Events are kept in memory. The users are admin and ops, both with the password changeit, unless --user names \
            others. When the server is ready it prints a line such as: ready tcp=127.0.0.1:1113 http=127.0.0.1:2113, with tls=127.0.0.1:1115 \
            at the end if it has a port for TLS.

            Whoever can reach it can log in with well-known passwords, so it warns on stderr if --host lets other machines \
            connect. A node takes 500 clients over TCP and as many over HTTP.

            With --cluster-size there are that many nodes, which share their events. Each prints such a line; the \
            first one is the master.
            """
    )

    @Option(help: "The name or address to listen on.")
    var host = "127.0.0.1"
    @Option(
        help: ArgumentHelp("The TCP port; 0 picks a free one. Further nodes use the next ports.", valueName: "port"))
    var port = 1113
    @Option(
        help: ArgumentHelp("The HTTP port; 0 picks a free one. Further nodes use the next ports.", valueName: "port"))
    var httpPort = 2113
    @Option(
        help: ArgumentHelp(
            "An additional TCP port for TLS, with a certificate created at start; 0 picks a free one.",
            valueName: "port"))
    var tlsPort: Int?
    @Option(
        help: ArgumentHelp(
            "Where to write the certificate, in PEM, of the authority that clients have to trust for TLS.",
            valueName: "path"))
    var tlsCaFile: String?
    @Option(help: ArgumentHelp("The number of nodes.", valueName: "n"))
    var clusterSize = 1
    @Option(
        help: ArgumentHelp(
            "The format of gossip: 5 for that of EventStore 4 and 5, 20 for that of 20 and later.", valueName: "version"
        ))
    var gossipFormat = 5
    @Flag(help: "Link events by category, type and stream, as the standard projections do: $ce-…, $et-…, $streams.")
    var projections = false
    @Option(
        name: .customLong("user"),
        help: ArgumentHelp(
            "A user instead of admin and ops; groups are separated by commas, and $admins may do everything. Repeatable.",
            valueName: "name:password[:groups]"))
    var users: [String] = []
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        try check("port", self.port, in: 0...65535)
        try check("http-port", self.httpPort, in: 0...65535)
        try check("tls-port", self.tlsPort, in: 0...65535)
        if self.tlsCaFile != nil, self.tlsPort == nil { throw ValidationError("--tls-ca-file needs --tls-port") }
        try check("cluster-size", self.clusterSize, in: 1...100)
        if ![5, 20].contains(self.gossipFormat) { throw ValidationError("--gossip-format must be 5 or 20") }
        _ = try self.users.map(Self.user)
    }

    func run() async throws {
        let options = self.options
        var configuration = EmbeddedCluster.Configuration(size: self.clusterSize)
        configuration.node.host = self.host
        configuration.node.port = self.port
        configuration.node.httpPort = self.httpPort
        configuration.node.generation = self.gossipFormat == 5 ? .version5 : .version20
        configuration.node.tls = try self.makeTLS()
        configuration.node.runsSystemProjections = self.projections
        if !self.users.isEmpty { configuration.node.users = try self.users.map(Self.user) }
        let settings = configuration
        try warn(of: configuration.node.risks)
        try await interruptible {
            try await withEmbeddedCluster(settings, logger: options.logger) { cluster in
                for node in cluster.nodes {
                    let http = node.httpPort.map { " http=\(self.host):\($0)" } ?? ""
                    let tls = node.tlsPort.map { " tls=\(self.host):\($0)" } ?? ""
                    Output.line("ready tcp=\(self.host):\(node.port)\(http)\(tls)")
                }
                try flushOutput()
                try await untilCancelled()
            }
        }
    }

    /// - Parameter text: `name:password` or `name:password:groups`; errors do not quote it.
    private static func user(_ text: String) throws -> EmbeddedServer.User {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts[0].isEmpty else {
            throw ValidationError("--user must be name:password or name:password:group,group")
        }
        let groups = parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : []
        return EmbeddedServer.User(name: parts[0], password: parts[1], groups: Set(groups))
    }

    private func makeTLS() throws -> EmbeddedServer.Configuration.TLS? {
        guard let port = self.tlsPort else { return nil }
        let authority = try TestCertificateAuthority()
        if let file = self.tlsCaFile {
            do {
                try Data(authority.certificate.chain.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
            } catch {
                throw InputError("--tls-ca-file: '\(file)' cannot be written: \(error.localizedDescription)")
            }
        }
        var names = ["localhost", "127.0.0.1", "::1"]
        if !names.contains(self.host), !["0.0.0.0", "::"].contains(self.host) { names.append(self.host) }
        var tls = EmbeddedServer.Configuration.TLS(certificate: try authority.issue(names: names))
        tls.port = port
        return tls
    }
}

/// Waits for the task's cancellation, and throws it.
private func untilCancelled() async throws {
    let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
    for await _ in stream {}
    continuation.finish()
    throw CancellationError()
}
