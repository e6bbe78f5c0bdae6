import PhotonPumpWire

@testable import PhotonPump

/// A stream as a server keeps it that remembers no ids: it compares only the events after the expected version.
struct ModelledStream {
    var ids: [GUID] = []
    /// Events below this number can no longer be read.
    var firstReadable = 0
    /// When events were created, by number; 0 unless given.
    var created: [Int: Int64] = [:]

    init(_ letters: String = "") {
        self.ids = letters.map(Self.id)
    }

    static func id(_ letter: Character) -> GUID { GUID(UInt64(letter.unicodeScalars.first?.value ?? 0), 7) }

    var last: Int { self.ids.count - 1 }

    func read(from place: Int64, atMost count: Int) -> SearchedPage {
        var page = SearchedPage(lastNumber: Int64(self.last))
        page.isAbsent = self.ids.isEmpty
        let start = place < 0 ? self.last : Int(place)
        let end = max(start - count, self.firstReadable - 1)
        for number in stride(from: start, to: end, by: -1) {
            page.events.append(
                .init(id: self.ids[number], number: Int64(number), created: self.created[number] ?? 1000))
        }
        page.next = end < self.firstReadable ? nil : Int64(end)
        return page
    }

    mutating func write(_ events: [GUID], expecting expected: ExpectedVersion) -> Settlement.Outcome {
        let version =
            switch expected {
            case .noStream: -1
            case .version(let number): Int(number)
            case .any, .streamExists: self.last
            }
        if version == self.last {
            self.ids += events
            return .written
        }
        let repeated = self.ids.dropFirst(version + 1).prefix(events.count)
        return version < self.last && Array(repeated) == events ? .written : .conflict
    }
}
