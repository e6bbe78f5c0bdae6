import Foundation
import Hummingbird
import PhotonPump

extension Order: ResponseEncodable {}
extension OrderPlaced: ResponseEncodable {}
extension Customers.Account: ResponseEncodable {}

/// What the service answers over HTTP.
struct Web {
    let client: Client
    let orders: Orders
    let payments: Payments
    let customers: Customers
    let numbers: Numbers

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.add(middleware: TracingMiddleware())
        router.add(middleware: MetricsMiddleware())
        router.add(middleware: ProblemMiddleware())
        self.addOrders(to: router)
        router.get("customers/:name") { _, context in
            let name = try context.parameters.require("name")
            guard let account = await self.customers.accounts[name] else { throw HTTPError(.notFound) }
            return account
        }
        // For whoever looks after the service, which is why it listens on the loopback interface only.
        router.post("parked/drain") { _, _ in try await self.payments.drain() }
        router.get("metrics") { _, _ in self.numbers.text }
        router.get("ready") { _, _ in
            await self.client.readiness.isReady ? HTTPResponse.Status.ok : .serviceUnavailable
        }
        return router
    }

    private func addOrders(to router: Router<BasicRequestContext>) {
        router.put("orders/:id") { request, context in
            let id = try context.parameters.require("id", as: UUID.self)
            let order = try await request.decode(as: OrderPlaced.self, context: context)
            return try await self.orders.place(id, order) ? HTTPResponse.Status.created : .ok
        }
        router.get("orders/:id") { _, context in
            try await self.orders.find(context.parameters.require("id", as: UUID.self))
        }
        router.delete("orders/:id") { _, context in
            let id = try context.parameters.require("id", as: UUID.self)
            try await self.orders.cancel(Orders.stream(id), because: "the customer wishes so")
            return HTTPResponse.Status.noContent
        }
    }
}

/// Says in HTTP's terms what is wrong.
private struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as OrderProblem {
            throw HTTPError(problem.status, message: "\(problem)")
        } catch let error as PhotonPumpError {
            context.logger.error("\(error)")
            throw HTTPError(.serviceUnavailable)
        }
    }
}

extension OrderProblem {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .isUnknown: .notFound
        case .isPaid, .isTaken: .conflict
        }
    }
}
