import PhotonPump

struct PonyJumped: Codable {
    let pony: String
    let height: Int
}

struct PonyRested: Codable {
    let pony: String
}

enum PonyEvent {
    case jumped(PonyJumped)
    case rested(PonyRested)

    static let types = EventTypes<PonyEvent>()
        .adding("PonyJumped", PonyEvent.jumped)
        .adding("PonyRested", PonyEvent.rested)
}
