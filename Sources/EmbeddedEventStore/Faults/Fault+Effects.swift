internal import PhotonPumpWire

extension EmbeddedServer.Fault {
    /// What a connection does because of a fault.
    enum Effect {
        /// Under the request's id, or none.
        case send(Answer, hasID: Bool = true)
        case sendRaw(Bytes)
        /// Keep the reply for this long; for nil, until the fault is lifted.
        case postpone(Answer, Duration?)
        case drop
    }
}

extension EmbeddedServer.Fault.RequestHarm {
    /// What happens to a request instead of its being performed, in order.
    func effects(on package: Package) -> [EmbeddedServer.Fault.Effect] {
        switch self {
        case .lose: []
        case .refuse(let refusal): [.send(refusal.answer, hasID: refusal.hasID)]
        case .timeOut(let phase): phase.answer(to: package).map { [.send($0)] } ?? []
        case .drop: [.drop]
        }
    }
}

extension EmbeddedServer.Fault.ReplyHarm {
    /// What happens instead of a reply's being sent, in order.
    func effects(on reply: Answer, to package: Package) -> [EmbeddedServer.Fault.Effect] {
        switch self {
        case .lose: return []
        case .delay(let delay): return [.postpone(reply, delay)]
        case .hold: return [.postpone(reply, nil)]
        case .duplicate: return [.send(reply), .send(reply)]
        case .replace(let bytes): return [.sendRaw(Bytes(bytes))]
        case .timeOut(let phase):
            // A request that was refused for another reason stays refused.
            let answer = phase.answer(to: package)
            return [.send(answer?.command == reply.command ? answer ?? reply : reply)]
        case .dropBefore: return [.drop]
        case .dropWithin:
            let frame = reply.frame(package.correlation)
            return [.sendRaw(frame.slice(0..<frame.count / 2)), .drop]
        case .dropAfter: return [.send(reply), .drop]
        }
    }
}

extension Answer {
    /// The bytes in which it is sent.
    fileprivate func frame(_ correlation: GUID) -> Bytes {
        let buffer = OutboundBuffer()
        switch self.content {
        case .payload(let bytes): buffer.append(Package(self.command, correlation, payload: bytes))
        case .message(let message): message.append(to: buffer, self.command, correlation, login: nil)
        }
        var frame = Bytes()
        buffer.drain { bytes in
            frame = Bytes(copying: bytes)
            return bytes.count
        }
        return frame
    }
}
