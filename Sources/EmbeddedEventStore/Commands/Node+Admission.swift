internal import PhotonPumpWire

extension Node {
    /// The answer to a request that the node does not serve in its role; nil if it serves it.
    static func refusal(_ command: Command, _ need: Need, _ request: Request) -> Answer? {
        switch request.role.admission(of: need) {
        case .served: nil
        case .notReady: .message(NotHandled(reason: .notReady), .notHandled)
        case .notMaster(let master): .message(NotHandled(reason: .notMaster, master: master), .notHandled)
        case .forwardTimeout: Self.forwardTimeout(command, request)
        }
    }

    /// What a node answers that has forwarded a change and received no answer. Ours does not wait.
    private static func forwardTimeout(_ command: Command, _ request: Request) -> Answer? {
        let (result, text) = (OperationResult.forwardTimeout, "Forwarding timeout")
        switch command {
        case .writeEvents:
            return .message(WriteEventsCompleted(result: result, message: text), .writeEventsCompleted)
        case .deleteStream:
            return .message(DeleteStreamCompleted(result: result, message: text), .deleteStreamCompleted)
        case .transactionStart:
            let answer = TransactionStartCompleted(transactionID: -1, result: result, message: text)
            return .message(answer, .transactionStartCompleted)
        case .transactionWrite:
            let id = (try? TransactionWrite(legal: request))?.transactionID ?? -1
            let answer = TransactionWriteCompleted(transactionID: id, result: result, message: text)
            return .message(answer, .transactionWriteCompleted)
        case .transactionCommit:
            let id = (try? TransactionCommit(legal: request))?.transactionID ?? -1
            let answer = TransactionCommitCompleted(transactionID: id, result: result, message: text)
            return .message(answer, .transactionCommitCompleted)
        default:
            return nil
        }
    }
}
