import Foundation
import PhotonPump
import Testing

/// Whether a drill would notice.
@Suite("The books of a drill") struct DrillBooksTests {
    /// Nodes that only tell what they have cut off.
    private struct TellingNodes: DrillNodes {
        let truncations: [DrillTruncation]
        let count = 3
        let configuration = Client.Configuration(.node(Endpoint(host: "127.0.0.1", port: 1)))
        let master: Int? = nil

        func strike(_ node: Int, with blow: DrillPlan.Blow) {}
        func end(_ blow: DrillPlan.Blow, of node: Int) {}
        func isCluster(within limit: Duration) {}
    }

    private static let ids = (0..<4).map { _ in UUID() }

    /// Four events, confirmed at 100, 200, … one after another, or as one sequence.
    private static func books(asSequence: Bool = false) -> DrillBooks {
        var books = DrillBooks()
        for (number, id) in self.ids.enumerated() {
            books.intend([id], for: "s")
            if asSequence { continue }
            let position = Position(commit: Int64(number + 1) * 100, prepare: Int64(number + 1) * 100)
            books.acknowledge([id], of: "s", from: Int64(number), at: position, after: .zero)
        }
        if asSequence { books.acknowledge(self.ids, of: "s", from: 0, after: .zero) }
        return books
    }

    private static func truncations(_ range: Range<Int64>?) async throws -> DrillTruncations {
        let nodes = TellingNodes(truncations: range.map { [DrillTruncation(node: 2, range: $0)] } ?? [])
        let truncations = DrillTruncations(nodes)
        try await truncations.look()
        return truncations
    }

    private static func findings(
        _ books: DrillBooks, _ numbers: [Int], cutOff range: Range<Int64>? = nil
    ) async throws -> DrillBooks.Findings {
        let events = numbers.enumerated().map { (number: Int64($0), id: self.ids[$1]) }
        return books.findings(about: "s", events, try await self.truncations(range))
    }

    @Test("the books of a drill balance where everything is there, or is in doubt")
    func balance() async throws {
        #expect(try await Self.findings(Self.books(), [0, 1, 2, 3]).complaints == [])
        var books = DrillBooks()
        books.intend([Self.ids[0]], for: "s")
        #expect(try await Self.findings(books, []).complaints == [])
        #expect(try await Self.findings(books, [0]).complaints == [])
    }

    @Test(
        "the books of a drill complain of what is missing, repeated, moved or refused",
        arguments: [[0, 1, 2], [1, 2, 3], [0, 1, 1, 2, 3], [0, 2, 1, 3], [3, 0, 1, 2], []])
    func complaints(numbers: [Int]) async throws {
        #expect(try await !Self.findings(Self.books(), numbers).complaints.isEmpty)
    }

    @Test("the books of a drill complain of what was refused, or meant by nobody, and is there")
    func strange() async throws {
        var books = DrillBooks()
        books.intend([Self.ids[0]], for: "s")
        books.fail([Self.ids[0]], of: "s", try Self.refusal(), after: .zero)
        #expect(try await Self.findings(books, [0]).complaints.count == 1)
        #expect(try await Self.findings(books, [1]).complaints.count == 1)
    }

    /// What is known to have changed nothing.
    private static func refusal() throws -> PhotonPumpError {
        try #require(throws: PhotonPumpError.self) { try Client.Configuration("nonsense://") }
    }

    @Test(
        "the books of a drill forgive what nodes have cut off, and nothing beside it",
        arguments: [(400..<900, true), (350..<401, true), (401..<900, false), (0..<400, false), (nil, false)])
    func cutOff(range: Range<Int64>?, isForgiven: Bool) async throws {
        let findings = try await Self.findings(Self.books(), [0, 1, 2], cutOff: range)
        #expect(findings.complaints.isEmpty == isForgiven)
        #expect(findings.cutOff == (isForgiven ? 1 : 0))
    }

    @Test("the books of a drill do not forgive what was sent after its place had been cut off")
    func late() async throws {
        let truncations = try await Self.truncations(0..<900)
        let events = [0, 1, 2].map { (number: Int64($0), id: Self.ids[$0]) }
        #expect(Self.books().findings(about: "s", events, truncations).complaints.count == 1)
    }

    @Test("the books of a drill forgive what was under way when its place was cut off, and nothing beside it")
    func underWay() async throws {
        var books = DrillBooks()
        books.intend([Self.ids[0]], for: "s")
        let (truncations, others) = (try await Self.truncations(400..<900), try await Self.truncations(500..<900))
        books.acknowledge([Self.ids[0]], of: "s", from: 0, at: Position(commit: 400, prepare: 400), after: .zero)
        #expect(books.findings(about: "s", [], truncations).complaints == [])
        #expect(books.findings(about: "s", [], truncations).cutOff == 1)
        #expect(books.findings(about: "s", [], others).complaints.count == 1)
    }

    @Test("the books of a drill let a sequence move up by what nodes have cut off, and not further")
    func sequence() async throws {
        let books = Self.books(asSequence: true)
        #expect(try await Self.findings(books, [0, 1, 2, 3]).complaints == [])
        #expect(try await Self.findings(books, [0, 2, 3], cutOff: 0..<900).complaints == [])
        #expect(try await Self.findings(books, [0, 2, 3], cutOff: 0..<900).cutOff == 1)
        #expect(try await !Self.findings(books, [0, 2, 3]).complaints.isEmpty)
    }

    @Test("the books of a drill forgive what a sequence had written and nodes cut off before it came to its end")
    func earlySequence() async throws {
        var books = DrillBooks()
        books.intend(Array(Self.ids[..<2]), for: "s")
        let truncations = try await Self.truncations(0..<900)
        books.intend(Array(Self.ids[2...]), for: "s")
        books.acknowledge(Self.ids, of: "s", from: 0, after: .zero)
        func count(_ there: [Int]) -> Int {
            let events = there.enumerated().map { (number: Int64($0), id: Self.ids[$1]) }
            return books.findings(about: "s", events, truncations).complaints.count
        }
        #expect(count([0, 2, 3]) == 0)
        // Sent later than that was cut off.
        #expect(count([0, 1, 3]) > 0)
    }

    @Test("a truncation explains a surprise only if it comes after the moment when all was well")
    func explanation() async throws {
        let before = ContinuousClock.now
        let truncations = try await Self.truncations(0..<1)
        #expect(truncations.happened(after: before))
        #expect(!truncations.happened(after: .now))
        #expect(try await truncations.explain(Self.refusal(), after: before))
    }
}
