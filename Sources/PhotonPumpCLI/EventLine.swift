import Foundation
import PhotonPump

/// An event as a line of JSON: `{"type":…,"data":…,"metadata":…,"id":…}`.
struct EventLine {
    let type: String
    /// JSON text.
    var data: Data?
    /// JSON text.
    var metadata: Data?
    var id: UUID?

    init(type: String) {
        self.type = type
    }

    /// - Throws: ``InputError`` naming the member that is wrong.
    init(parsing line: String) throws {
        let object: Any
        do {
            object = try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
        } catch {
            throw InputError("not JSON")
        }
        guard let members = object as? [String: Any] else { throw InputError("not a JSON object") }
        guard let type = members["type"] as? String, !type.isEmpty else {
            throw InputError("\"type\" is missing or is not a string")
        }
        self.init(type: type)
        if let unknown = members.keys.first(where: { !["type", "data", "metadata", "id"].contains($0) }) {
            throw InputError("unknown member \"\(unknown)\"")
        }
        // The bytes themselves are taken over, so that numbers stay as they were written.
        let raw = try RawMembers(line.utf8)
        self.data = raw.value(of: "data")
        self.metadata = raw.value(of: "metadata")
        if let id = members["id"], !(id is NSNull) {
            guard let text = id as? String else { throw InputError("\"id\" is not a UUID") }
            self.id = try Self.uuid(text)
        }
    }

    /// Without data there is nothing to call JSON.
    var event: NewEvent {
        NewEvent(
            id: self.id,
            type: self.type,
            data: self.data ?? Data(),
            metadata: self.metadata ?? Data(),
            isJSON: self.data != nil
        )
    }

    static func json(_ text: String, _ name: String) throws -> Data {
        let data = Data(text.utf8)
        guard (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil else {
            throw InputError("\(name) is not JSON")
        }
        return data
    }

    static func uuid(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text) else { throw InputError("'\(text)' is not a UUID") }
        return id
    }
}

/// What the user passed in is wrong.
struct InputError: Error, CustomStringConvertible {
    let description: String

    /// - Parameter description: may quote what was passed in, which is escaped.
    init(_ description: String) {
        self.description = Printable.line(description)
    }
}
