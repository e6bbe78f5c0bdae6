internal import PhotonPumpWire

extension Store {
    mutating func delete(_ delete: LegalChange<DeleteStream>, _ request: Request) -> DeleteStreamCompleted {
        guard self.log.allows(request.identity, to: .delete, delete.stream) else {
            return DeleteStreamCompleted(result: .accessDenied, message: "Access denied.")
        }
        let isHard = delete.change.hardDelete ?? false
        return DeleteStreamCompleted(
            self.log.delete(delete.stream, hard: isHard, expecting: delete.expected, now: request.now)
        )
    }
}

extension DeleteStreamCompleted {
    init(_ outcome: DeleteOutcome) {
        switch outcome {
        case .deleted(let position):
            self.init(result: .success, preparePosition: position, commitPosition: position)
        case .wrongExpectedVersion:
            self.init(result: .wrongExpectedVersion, message: "Wrong expected version.")
        case .streamDeleted:
            self.init(result: .streamDeleted, message: "Stream is deleted.")
        }
    }
}
