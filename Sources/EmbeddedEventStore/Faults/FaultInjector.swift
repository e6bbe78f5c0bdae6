internal import PhotonPumpWire

/// The faults of a server and their records; used on the server's queue only.
final class FaultInjector {
    /// Whether the server does nothing at all.
    var isSuspended = false
    private var plan = FaultPlan()
    private var records: [FaultPlan.ID: FaultRecord] = [:]

    func add(_ fault: EmbeddedServer.Fault) -> (FaultPlan.ID, FaultRecord) {
        let id = self.plan.add(fault)
        let record = FaultRecord()
        self.records[id] = record
        return (id, record)
    }

    /// Ends a fault, or all of them.
    func remove(_ id: FaultPlan.ID?) {
        self.plan.remove(id)
        for (known, record) in self.records.inOrder where id == nil || known == id {
            self.records[known] = nil
            record.finish()
        }
    }

    var concernsHeartbeats: Bool { self.plan.concernsHeartbeats }

    func has(_ kind: EmbeddedServer.Fault.Kind) -> Bool { self.plan.contains(kind) }

    /// What should happen to a request that has arrived, if anything unusual.
    func strike(_ command: Command) -> (id: FaultPlan.ID, harm: EmbeddedServer.Fault.Harm)? {
        guard !self.plan.isEmpty, let request = EmbeddedServer.Fault.Request(command),
            let strike = self.tell(self.plan.requestArrived(request)),
            case .request(_, let harm) = strike.fault.kind
        else { return nil }
        return (strike.id, harm)
    }

    /// Whether a fault of this kind strikes now.
    func strikes(_ kind: EmbeddedServer.Fault.Kind) -> Bool {
        self.tell(self.plan.strike(kind)) != nil
    }

    private func tell(_ strike: FaultPlan.Strike?) -> FaultPlan.Strike? {
        guard let strike, let record = self.records[strike.id] else { return nil }
        record.struck()
        if strike.isLast {
            self.records[strike.id] = nil
            record.finish()
        }
        return strike
    }
}
