internal import PhotonPumpWire

/// An event of the log that is not where it was delivered. A scavenge may have removed it; if the server has dropped it,
/// others may have taken the places before it, and nobody has seen them.
struct VanishedEvent: Equatable, Sendable {
    let place: CatchUpPlace
    let stream: String
    let number: Int64

    /// The conversation that finds out whether it was dropped, by what its stream has in its place.
    ///
    /// - Parameter completion: receives false if it was removed, or that is not known.
    func search(
        _ call: CallOptions, id: GUID, terms: CallTerms,
        completion: @escaping @Sendable (Result<Bool, any Error>) -> Void
    ) -> Exchange {
        let message = ReadStreamEvents(
            stream: self.stream, from: self.number, maxCount: 1, resolveLinks: false,
            requireMaster: call.requireMaster ?? false)
        let reading = ReadStream(direction: .forward, message: message, findsNothing: true)
        return Exchange(reading, id: id, terms: terms) { result in
            completion(
                result.map(self.isDropped).flatMapError { error in
                    let code = (error as? PhotonPumpError)?.code
                    return code == .streamDeleted || code == .accessDenied ? .success(false) : .failure(error)
                })
        }
    }

    /// - Parameter page: of its stream, from its number on. Numbers of what was removed are not given again.
    private func isDropped(_ page: ReadStreamEventsCompleted) -> Bool {
        let first = page.events.first.flatMap { $0.link ?? $0.event }
        return first?.number == self.number || page.lastEventNumber < self.number
    }
}
