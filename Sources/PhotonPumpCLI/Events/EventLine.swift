import Foundation
import PhotonPump

/// An event as a line of JSON: `{"type":…,"data":…,"metadata":…,"id":…}`.
struct EventLine {
    let type: String
    /// JSON text.
    var data: Payload?
    /// JSON text.
    var metadata: Payload?
    var id: UUID?

    init(type: String) {
        self.type = type
    }

    /// Takes data and metadata over byte by byte.
    ///
    /// - Parameter line: its bytes, which should be UTF-8.
    /// - Throws: ``JSONFault``, or ``InputError`` naming the member that is wrong.
    init(parsing line: UnsafeRawBufferPointer) throws {
        var scanner = JSONScanner(line)
        var places = Places()
        try scanner.object { scanner, name in
            try places.add(scanner.text(name), try scanner.value())
        }
        try scanner.end()
        guard let type = places.type.flatMap({ scanner.string(at: $0) }), !type.isEmpty else {
            throw InputError("\"type\" is missing, empty, or not a string")
        }
        self.init(type: type)
        self.data = Self.payload(places.data, of: line)
        self.metadata = Self.payload(places.metadata, of: line)
        if let place = places.id, !Self.isNull(line[place]) {
            guard let text = scanner.string(at: place) else { throw InputError("\"id\" is not a UUID") }
            self.id = try Self.uuid(text)
        }
    }

    private static func payload(_ place: Range<Int>?, of line: UnsafeRawBufferPointer) -> Payload? {
        guard let place, !self.isNull(line[place]) else { return nil }
        return Payload(UnsafeRawBufferPointer(rebasing: line[place]))
    }

    private static func isNull(_ value: Slice<UnsafeRawBufferPointer>) -> Bool {
        value.count == 4 && value.elementsEqual("null".utf8)
    }

    /// Without data there is nothing to call JSON.
    var event: NewEvent {
        NewEvent(
            id: self.id,
            type: self.type,
            data: self.data ?? Payload(),
            metadata: self.metadata ?? Payload(),
            isJSON: self.data != nil
        )
    }

    /// - Throws: ``InputError`` that begins with `name`.
    static func json(_ text: String, _ name: String, isObject: Bool = false) throws -> Payload {
        let payload = Payload(text)
        try payload.withUnsafeBytes { bytes in
            var scanner = JSONScanner(bytes)
            do {
                if isObject {
                    try scanner.object { scanner, _ in _ = try scanner.value() }
                    try scanner.end()
                } else {
                    try scanner.document()
                }
            } catch {
                throw InputError("\(name) is not \(isObject ? "a JSON object" : "JSON"): \(error)")
            }
        }
        return payload
    }

    static func uuid(_ text: String) throws -> UUID {
        guard let id = UUID(uuidString: text) else { throw InputError("'\(text)' is not a UUID") }
        return id
    }

    /// Where the values in a line are.
    private struct Places {
        private(set) var type: Range<Int>?
        private(set) var data: Range<Int>?
        private(set) var metadata: Range<Int>?
        private(set) var id: Range<Int>?

        mutating func add(_ name: String, _ place: Range<Int>) throws {
            func set(_ member: inout Range<Int>?) throws {
                if member != nil { throw InputError("\"\(name)\" is there twice") }
                member = place
            }
            switch name {
            case "type": try set(&self.type)
            case "data": try set(&self.data)
            case "metadata": try set(&self.metadata)
            case "id": try set(&self.id)
            default: throw InputError("unknown member \"\(name)\"")
            }
        }
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
