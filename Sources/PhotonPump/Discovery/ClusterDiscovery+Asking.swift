internal import Logging
internal import PhotonPumpTransport

/// One round of a search: everyone is asked once.
extension ClusterDiscovery {
    private enum Report: Sendable {
        case addresses(Result<[String], DiscoveryFailure>, of: Endpoint)
        case answer(Result<ClusterGossip, DiscoveryFailure>, from: DiscoveryPlan.Candidate)
        /// It is time for the next one, unless someone has reported since.
        case turn(Int)
    }

    /// Asks the next one as soon as someone has reported, or has been silent for a while: those who never answer must
    /// not keep the round from reaching those who do.
    ///
    /// - Parameter fromSeed: the last gossip of a seed that named no suitable node.
    /// - Returns: nil if all were asked without success.
    func ask<Found>(
        _ plan: DiscoveryPlan,
        _ failures: inout DiscoveryFailures,
        _ fromSeed: inout ClusterGossip?,
        _ find: (ClusterGossip) -> Result<Found, DiscoveryFailure>
    ) async throws -> Found? {
        var plan = plan
        return try await withThrowingTaskGroup(of: Report.self) { group in
            defer { group.cancelAll() }
            var (turn, unanswered) = (0, 0)
            while true {
                let share = self.share(of: plan.count)
                if let question = self.question(plan.next()) {
                    group.addTask { try await question() }
                    unanswered += 1
                } else if unanswered == 0 {
                    return nil
                }
                turn += 1
                if plan.count > 0 {
                    group.addTask { [turn] in
                        try await self.environment.sleep(for: share)
                        return .turn(turn)
                    }
                }
                guard let report = try await Self.report(from: &group, before: turn) else { continue }
                unanswered -= 1
                if let found = self.evaluate(report, &plan, &failures, &fromSeed, find) { return found }
            }
        }
    }

    /// What the plan's next step asks; nil at its end.
    private func question(_ step: DiscoveryPlan.Step) -> (@Sendable () async throws -> Report)? {
        switch step {
        case .lookUp(let endpoint): { .addresses(try await self.addresses(of: endpoint), of: endpoint) }
        case .ask(let candidate): { .answer(try await self.answer(of: candidate), from: candidate) }
        case .end: nil
        }
    }

    /// The next report; nil if it is this turn's time for the next one to be asked, or nobody has anything to report.
    private static func report(
        from group: inout ThrowingTaskGroup<Report, any Error>, before turn: Int
    ) async throws -> Report? {
        while let report = try await group.next() {
            guard case .turn(let number) = report else { return report }
            if number == turn { return nil }
        }
        return nil
    }

    /// What was asked for, if the report has it.
    private func evaluate<Found>(
        _ report: Report, _ plan: inout DiscoveryPlan, _ failures: inout DiscoveryFailures,
        _ fromSeed: inout ClusterGossip?, _ find: (ClusterGossip) -> Result<Found, DiscoveryFailure>
    ) -> Found? {
        switch report {
        case .turn: break
        case .addresses(.success(let addresses), let endpoint):
            var generator = self.environment.randomness
            plan.found(addresses, of: endpoint, using: &generator)
        case .addresses(.failure(let failure), let endpoint): failures.add("\(endpoint)", failure)
        case .answer(let answer, let candidate):
            switch answer.flatMap(find) {
            case .success(let found): return found
            case .failure(let failure):
                failures.add("\(candidate)", failure)
                if self.seeds.contains(candidate.endpoint), let gossip = try? answer.get() { fromSeed = gossip }
            }
        }
        return nil
    }

    /// How long the next of `count` is waited for before another one is asked, so that all have been asked after half
    /// the time, and no more than a few at once.
    private func share(of count: Int) -> Duration {
        min(self.settings.gossipTimeout / 4, self.patience / (2 * max(1, count)))
    }

    /// - Throws: only `CancellationError`.
    private func addresses(of endpoint: Endpoint) async throws -> Result<[String], DiscoveryFailure> {
        do {
            return .success(try await self.lookUp(endpoint))
        } catch {
            try Task.checkCancellation()
            return .failure(DiscoveryFailure(reason: "\(error)"))
        }
    }

    /// - Throws: only `CancellationError`.
    private func answer(
        of candidate: DiscoveryPlan.Candidate
    ) async throws -> Result<ClusterGossip, DiscoveryFailure> {
        let request = HTTPRequest(
            endpoint: candidate.endpoint,
            address: candidate.address,
            localAddress: self.localAddress,
            tls: self.gossipTLS,
            hostHeader: self.settings.hostHeader,
            path: "/gossip?format=json",
            timeout: self.settings.gossipTimeout
        )
        do {
            let response = try await self.getter.get(request)
            guard response.status == 200 else { return .failure(DiscoveryFailure(status: response.status)) }
            return .success(self.reachable(try ClusterGossip(json: response.body), from: candidate))
        } catch {
            try Task.checkCancellation()
            return .failure(DiscoveryFailure(error))
        }
    }

    /// The gossip with the places of nodes that cannot be meant as they are written put right, as seen from whom it
    /// came from.
    private func reachable(_ gossip: ClusterGossip, from candidate: DiscoveryPlan.Candidate) -> ClusterGossip {
        var gossip = gossip
        let teller = candidate.endpoint.host
        for index in gossip.members.indices {
            let member = gossip.members[index]
            let host = HostAddress.meant(by: member.tcpHost, whenToldBy: teller, at: candidate.address)
            if host != member.tcpHost {
                self.logger.log(
                    level: self.said.isNew("\(member.tcpHost) \(host)") ? .info : .debug,
                    "gossip gives an address that is another machine here; the one that answered is used instead",
                    metadata: [LogKey.endpoint: "\(member)", LogKey.host: "\(host)"])
            }
            gossip.members[index].tcpHost = host
            if let http = member.http {
                gossip.members[index].http?.host = HostAddress.meant(
                    by: http.host, whenToldBy: teller, at: candidate.address)
            }
        }
        return gossip
    }
}
