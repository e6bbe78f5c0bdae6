import ArgumentParser
import Foundation
import PhotonPump
import PhotonPumpAdmin

/// `pump top`
struct TopCommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch a server: its connections, persistent subscriptions and throughput.",
        discussion: """
            On a terminal it shows a screen, which is drawn again every second, until you press q or Ctrl-C; otherwise, \
            and with --once or --json, it prints one. Most of it is asked for over HTTP, at --http-port; parked events are \
            counted over TCP. The connection string should name an administrator.

            LAG is how many events are behind the last checkpoint of a group, PARKED how many it has put aside. Subscriptions that are \
            not persistent are the business of the clients that make them, and servers cannot tell about them, except \
            for their connections.
            """
    )

    @Flag(help: "Print it once, also on a terminal. Rates are those of the second before.")
    var once = false
    @Option(help: ArgumentHelp("Draw it again every so many seconds.", valueName: "seconds"))
    var interval = 1.0
    @OptionGroup var http: HTTPOptions
    @OptionGroup var shared: SharedOptions<Pump>

    func validate() throws {
        if !(0.1...3600).contains(self.interval) { throw ValidationError("--interval must be between 0.1 and 3600") }
    }

    func run(with client: Client, json: Bool) async throws {
        let probe = TopProbe(client: client, admin: Admin(client, httpPort: self.http.httpPort))
        let first = try await self.http.request(client.configuration) { try await probe.snapshot() }
        if self.once || json || isatty(STDOUT_FILENO) == 0 || isatty(STDIN_FILENO) == 0 {
            try await Task.sleep(for: .seconds(self.interval))
            let report = TopReport(try await probe.snapshot(), after: first)
            return Output.lines(json ? ["\(report.json)"] : report.lines)
        }
        try await self.watch(probe, first)
    }

    private func watch(_ probe: TopProbe, _ first: TopSnapshot) async throws {
        let screen = try TerminalScreen()
        defer { screen.close() }
        screen.draw(TopReport(first, after: nil).lines)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var last = first
                while true {
                    try await Task.sleep(for: .seconds(self.interval))
                    do {
                        let next = try await probe.snapshot()
                        screen.draw(TopReport(next, after: last).lines)
                        last = next
                    } catch let error as PhotonPumpError {
                        // It may well be back in a second.
                        screen.draw(["\(error)", ""] + TopReport(last, after: nil).lines)
                    }
                }
            }
            group.addTask { try await screen.waitForQuit() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
