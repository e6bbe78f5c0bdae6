import PhotonPumpWire
import Testing

@testable import EmbeddedEventStore

@Suite struct ProjectionTests {
    private static let byCategory = "$by_category"

    /// What the events of a stream say, as far as it is shown.
    private static func shown(_ log: EventLog, _ stream: StreamName) -> [String] {
        guard case .readable(let shown) = log.view(of: stream, now: 0) else { return [] }
        return log.slice(of: stream, .forward, shown.first, .max, shown).records.map(\.data.text)
    }

    private static func native(
        _ name: String, _ kind: String, _ query: String, _ mode: Projection.Mode = .continuous, emits: Bool = true,
        enabled: Bool = true
    ) -> Projection {
        let terms = Projection.Terms(type: ProjectionKind.nativeType(kind), query: query, emits: emits)
        return Projection(name, mode, terms, owner: "admin", enabled: enabled)
    }

    @Test("the streams of a category are noted once each")
    func streamsOfCategory() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("ab", to: "orders-7")
        log.write("c", to: "orders-8")
        #expect(Self.shown(log, "$category-orders") == ["orders-7", "orders-8"])
        #expect(log.entries.last { $0.record.stream.text == "$category-orders" }?.record.type.text == "$@")
    }

    @Test("a projection that is disabled links to nothing, and to what it missed when it is enabled")
    func disabled() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "orders-7")
        log.update(Self.byCategory, now: 0) { $0.disable() }
        #expect(log.projections[Self.byCategory]?.status == .stopped)
        log.write("b", to: "orders-7")
        log.write("c", to: "orders-8")
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7"])
        #expect(Self.shown(log, "$streams") == ["0@orders-7", "0@orders-8"], "the others run")
        log.update(Self.byCategory, now: 0) { $0.enable() }
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7", "1@orders-7", "0@orders-8"])
    }

    @Test("a projection that is aborted has no checkpoint of where it was")
    func aborted() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "orders-7")
        log.update(Self.byCategory, now: 0) { $0.abort() }
        #expect(log.projections[Self.byCategory]?.status == .aborted)
        #expect(log.projections[Self.byCategory]?.lastCheckpoint == nil)
        log.update("$streams", now: 0) { $0.disable() }
        #expect(log.projections["$streams"]?.lastCheckpoint != nil)
        log.write("b", to: "orders-7")
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7"])
        log.update(Self.byCategory, now: 0) { $0.enable() }
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7", "1@orders-7"])
    }

    @Test("a projection that is reset begins again, at once or when it is enabled, and has written everything once")
    func reset() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("ab", to: "orders-7")
        log.reset(Self.byCategory, now: 0)
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7", "1@orders-7"])
        #expect(log.lastNumber(of: "$ce-orders") == 3)
        log.update(Self.byCategory, now: 0) { $0.disable() }
        log.reset(Self.byCategory, now: 0)
        #expect(log.projections[Self.byCategory]?.position == nil)
        #expect(Self.shown(log, "$ce-orders").isEmpty)
        log.update(Self.byCategory, now: 0) { $0.enable() }
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7", "1@orders-7"])
    }

    @Test(
        "a category is what its rule says",
        arguments: [
            ("first\n_", "a_b_c", "a"), ("last\r\n_", "a_b_c", "a_b"), ("first\n-", "a_b", nil), ("last\n-", "-", ""),
        ] as [(String, String, String?)])
    func category(query: String, stream: String, category: String?) throws {
        #expect(try CategoryRule(query).category(of: StreamName(stream)) == category)
    }

    @Test("a projection of a user handles history, and what is written then")
    func users() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "my_stable_1")
        let added = [
            log.projections.add(Self.native("mine", "CategorizeEventsByStreamPath", "last\n_")),
            log.projections.add(Self.native("mine", "IndexStreams", "")),
        ]
        #expect(added == [true, false])
        log.project(now: 0)
        log.write("b", to: "my_stable_1")
        #expect(Self.shown(log, "$ce-my_stable") == ["0@my_stable_1", "1@my_stable_1"])
        log.update("mine", now: 0) { projection in projection.change { $0.query = "first\n_" } }
        log.write("c", to: "my_stable_1")
        #expect(Self.shown(log, "$ce-my") == ["2@my_stable_1"])
        log.deleteEmitted(by: "mine", now: 0)
        #expect(Self.shown(log, "$ce-my").isEmpty)
    }

    @Test("a projection that is not continuous is completed at the end of the log")
    func completed() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "orders_7")
        _ = log.projections.add(Self.native("once", "CategorizeEventsByStreamPath", "first\n_", .oneTime))
        log.project(now: 0)
        #expect(log.projections["once"]?.status == .completed)
        log.write("b", to: "orders_7")
        #expect(Self.shown(log, "$ce-orders") == ["0@orders_7"])
    }

    @Test("a projection that may not write, or means nothing, is faulted and says why")
    func faulted() {
        var log = EventLog(seed: 0, runsProjections: true)
        _ = log.projections.add(Self.native("silent", "IndexStreams", "", emits: false))
        _ = log.projections.add(Self.native("passing", "IndexStreams", "", .transient))
        _ = log.projections.add(Self.native("odd", "CategorizeStreamByPath", "middle\n_"))
        _ = log.projections.add(Self.native("unknown", "Nope", ""))
        let script = Projection.Terms(type: "JS", query: "fromAll()", emits: true)
        _ = log.projections.add(Projection("script", .continuous, script, owner: nil, enabled: true))
        log.write("a", to: "orders_7")
        for name in ["silent", "passing", "odd", "unknown", "script"] {
            guard case .faulted(let reason) = log.projections[name]?.status else {
                Issue.record("\(name) is not faulted")
                continue
            }
            #expect(!reason.isEmpty)
        }
        log.update("odd", now: 0) { projection in
            projection.change { $0.query = "first\n_" }
            projection.enable()
        }
        #expect(Self.shown(log, "$category-orders") == ["orders_7"])
        log.update("script", now: 0) { $0.enable() }
        #expect(log.projections["script"]?.isRunning == false)
    }

    @Test("a projection that may not write begins with the event that it stopped at, once it may")
    func allowed() {
        var log = EventLog(seed: 0, runsProjections: true)
        _ = log.projections.add(Self.native("mine", "CategorizeEventsByStreamPath", "first\n_", emits: false))
        log.write("ab", to: "orders_7")
        #expect(log.projections["mine"]?.handledCount == 0)
        log.update("mine", now: 0) { projection in
            projection.change { $0.emits = true }
            projection.enable()
        }
        #expect(Self.shown(log, "$ce-orders") == ["0@orders_7", "1@orders_7"])
    }

    @Test("a transaction is handled as its events become visible, and a permanent deletion is passed over")
    func others() {
        var log = EventLog(seed: 0, runsProjections: true)
        log.write("a", to: "orders-7")
        log.delete("orders-7", hard: true)
        log.write("b", to: "orders-8")
        #expect(Self.shown(log, "$ce-orders") == ["0@orders-7", "0@orders-8"])
        #expect(Self.shown(log, "$et-$streamDeleted").isEmpty)
        #expect(log.projections.pending == log.entries.count)
    }
}
