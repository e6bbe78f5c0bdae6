internal import PhotonPumpTransport
internal import PhotonPumpWire

/// A reply that has not been sent yet.
struct PostponedReply {
    let answer: Answer
    let correlation: GUID
    let fault: FaultPlan.ID
    /// Fires when the reply is due; nil if only lifting the fault releases it.
    let timer: QueueTimer?
}

extension ServerConnection {
    /// Answers a package as a fault requires.
    func suffer(
        _ harm: EmbeddedServer.Fault.Harm,
        of fault: FaultPlan.ID,
        _ package: Package,
        _ answer: Answerer
    ) throws(ConnectionEnd) {
        switch harm {
        case .toRequest(let harm):
            try self.suffer(harm, package)
        case .toReply(let harm):
            guard let reply = answer(package, &self.session) else { return }
            try self.suffer(harm, of: fault, reply, package)
        }
    }

    private func suffer(_ harm: EmbeddedServer.Fault.RequestHarm, _ package: Package) throws(ConnectionEnd) {
        switch harm {
        case .lose: break
        case .refuse(let refusal): try self.send(refusal.answer, refusal.hasID ? package.correlation : .zero)
        case .timeOut(let phase):
            if let answer = phase.answer(to: package) { try self.send(answer, package.correlation) }
        case .drop: throw .fault
        }
    }

    private func suffer(
        _ harm: EmbeddedServer.Fault.ReplyHarm,
        of fault: FaultPlan.ID,
        _ reply: Answer,
        _ package: Package
    ) throws(ConnectionEnd) {
        switch harm {
        case .lose: break
        case .delay(let delay): self.postpone(reply, package.correlation, fault, delay)
        case .hold: self.postpone(reply, package.correlation, fault, nil)
        case .duplicate:
            try self.send(reply, package.correlation)
            try self.send(reply, package.correlation)
        case .replace(let bytes): self.channel.send(Bytes(bytes))
        case .timeOut(let phase):
            // A request that was refused for another reason stays refused.
            let answer = phase.answer(to: package)
            try self.send(answer?.command == reply.command ? answer ?? reply : reply, package.correlation)
        case .dropBefore: throw .fault
        case .dropWithin:
            let frame = reply.frame(package.correlation)
            self.channel.send(frame.slice(0..<frame.count / 2))
            throw .fault
        case .dropAfter:
            try self.send(reply, package.correlation)
            throw .fault
        }
    }

    private func postpone(_ answer: Answer, _ correlation: GUID, _ fault: FaultPlan.ID, _ delay: Duration?) {
        self.repliesPostponed += 1
        let key = self.repliesPostponed
        let timer = delay.map { delay in
            let timer = QueueTimer(on: self.queue) { [weak self] in self?.report(.due(key)) }
            timer.schedule(after: delay)
            return timer
        }
        self.postponed[key] = PostponedReply(answer: answer, correlation: correlation, fault: fault, timer: timer)
    }

    /// Sends a reply that is due.
    func sendPostponed(_ key: Int) throws(ConnectionEnd) {
        guard let reply = self.postponed.removeValue(forKey: key) else { return }
        try self.send(reply.answer, reply.correlation)
    }

    /// Sends what a fault, or any of them, has held back, in the order of arrival.
    func sendPostponed(by fault: FaultPlan.ID?) throws(ConnectionEnd) {
        for (key, reply) in self.postponed.sorted(by: { $0.key < $1.key }) where fault == nil || reply.fault == fault {
            try self.sendPostponed(key)
        }
    }
}

extension Answer {
    /// The bytes in which it is sent.
    fileprivate func frame(_ correlation: GUID) -> Bytes {
        var buffer = OutboundBuffer()
        switch self.content {
        case .payload(let bytes): buffer.append(Package(self.command, correlation, payload: bytes))
        case .message(let message): message.append(to: &buffer, self.command, correlation, login: nil)
        }
        var frame = Bytes()
        buffer.drain { bytes in
            frame = Bytes(copying: bytes)
            return bytes.count
        }
        return frame
    }
}
