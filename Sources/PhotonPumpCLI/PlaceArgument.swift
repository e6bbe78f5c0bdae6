import ArgumentParser
import PhotonPump

/// What `--from` says about a place.
enum PlaceArgument {
    static func number(_ text: String) throws -> Int64 {
        guard let number = Int64(text), number >= 0 else {
            throw ValidationError("--from '\(text)' is not an event number")
        }
        return number
    }

    static func position(_ text: String) throws -> Position {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 2, let commit = parts[0], let prepare = parts[1], commit >= 0, prepare >= 0 else {
            throw ValidationError("--from '\(text)' is not a position COMMIT/PREPARE")
        }
        return Position(commit: commit, prepare: prepare)
    }
}
