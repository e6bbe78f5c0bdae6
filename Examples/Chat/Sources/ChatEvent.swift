import Foundation
import PhotonPump

struct Joined: Codable {
    let who: String
}

struct Said: Codable {
    let who: String
    let text: String
}

struct Left: Codable {
    let who: String
}

enum ChatEvent {
    case joined(Joined)
    case said(Said)
    case left(Left)

    static let types = EventTypes<ChatEvent>()
        .adding("Joined", ChatEvent.joined)
        .adding("Said", ChatEvent.said)
        .adding("Left", ChatEvent.left)

    /// What the terminal shows.
    var line: String {
        let line =
            switch self {
            case .joined(let event): "* \(event.who) is here"
            case .said(let event): "\(event.who): \(event.text)"
            case .left(let event): "* \(event.who) is gone"
            }
        // What others have written must not tell the terminal what to do.
        let printable = line.unicodeScalars.filter { !CharacterSet.controlCharacters.contains($0) }
        return String(String.UnicodeScalarView(printable))
    }
}
