/// The line in front of the client, for calls beyond its limits. Calls inside have a request that waits for its turn or
/// for an answer; the pages of iterators are not counted.
extension Client {
    func standInLine(_ exchange: any OpenExchange) {
        self.line.enqueue(exchange.id, exchange, deadline: exchange.terms.startBy)
        self.letIn()
    }

    /// Admits as many calls as there is room for.
    func letIn() {
        while self.line.canStart, self.gate.enterFromLine(), let exchange = self.line.startNext() {
            _ = self.line.finish(exchange.id)
            exchange.admit()
            self.enqueue(exchange)
            // Not before: whoever comes now may be inside at once.
            self.gate.leaveLine()
        }
    }

    func leaveLine(_ exchange: (any OpenExchange)?) -> (any OpenExchange)? {
        if exchange != nil { self.gate.leaveLine() }
        return exchange
    }

    func expireLine() {
        for exchange in self.line.expire(now: .now) {
            self.gate.leaveLine()
            exchange.fail(PhotonPumpError(.timedOut, "its turn did not come in time (it was not sent)"))
        }
    }

    func dismissLine(_ error: PhotonPumpError) {
        for exchange in self.line.removeAll() {
            self.gate.leaveLine()
            exchange.fail(error)
        }
    }
}
