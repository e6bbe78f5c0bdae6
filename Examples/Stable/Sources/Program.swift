import Foundation
import Hummingbird
import Logging
import PhotonPump
import ServiceLifecycle

func services(
    _ client: Client, port: Int,
    onStart: @escaping @Sendable (Int) -> Void = { _ in }
) -> [any Service] {
    let book = HerdBook()
    let follower = book.follower(client)
    let web = Application(
        router: router(client, book, follower),
        configuration: .init(
            address: .hostname("127.0.0.1", port: port)),
        onServerRunning: { channel in
            onStart(channel.localAddress?.port ?? port)
        }
    )
    return [client, follower, Medals(client: client).worker(), web]
}

@main
struct Program {
    static func main() async {
        let logger = Logger(label: "stable")
        do {
            let environment = ProcessInfo.processInfo.environment
            let client = try Client(
                .init(environment: environment), logger: logger)
            let group = ServiceGroup(
                services: services(client, port: 8080),
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger
            )
            try await group.run()
        } catch {
            logger.critical("stopped: \(error)")
            exit(1)
        }
    }
}
