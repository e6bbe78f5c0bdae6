import EmbeddedEventStore
import Foundation
import Hummingbird
import InMemoryTracing
import Logging
import Metrics
import PhotonPump
import ServiceLifecycle
import Tracing

/// `Orders [PORT]`: serves orders over HTTP, on port 8080 or this one.
///
/// They are kept by the server that `PHOTONPUMP_URL` and so on name. Without it, they are kept by an embedded one, as long
/// as the program runs.
@main
struct Program {
    static func main() async {
        let logger = Logger(label: "orders")
        do {
            let port = try self.port()
            let environment = ProcessInfo.processInfo.environment
            if environment["PHOTONPUMP_URL"] != nil {
                try await self.run(.init(environment: environment), port: port, logger)
            } else {
                var configuration = EmbeddedServer.Configuration()
                configuration.runsSystemProjections = true
                try await withEmbeddedServer(configuration) { server in
                    try await self.run(.init(server.connectionString), port: port, logger)
                }
            }
        } catch {
            logger.critical("stopped: \(error)")
            exit(1)
        }
    }

    private static func port() throws -> Int {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.count < 2, let port = Int(arguments.first ?? "8080"), 0..<65_536 ~= port else {
            print("usage: Orders [PORT]")
            exit(64)
        }
        return port
    }

    private static func run(_ configuration: Client.Configuration, port: Int, _ logger: Logger) async throws {
        // Before the client is made, which asks for them then.
        let (numbers, tracer) = (Numbers(), InMemoryTracer())
        MetricsSystem.bootstrap(numbers)
        InstrumentationSystem.bootstrap(tracer)
        let client = try Client(configuration, logger: logger)
        let orders = Orders(client: client)
        let payments = Payments(orders: orders) { order in
            if order.customer == "Discord" { throw IsDeclined(customer: order.customer) }
        }
        let customers = Customers()
        let web = Web(client: client, orders: orders, payments: payments, customers: customers, numbers: numbers)
        let application = Application(
            router: web.router(), configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        // They stop in the reverse order: nobody asks anything any more when the client closes.
        let group = ServiceGroup(
            services: [
                Spans(tracer: tracer, logger: logger), client, customers.follower(client), payments.worker(),
                application,
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }
}
