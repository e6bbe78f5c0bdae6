import Foundation
import PhotonPump
import Testing

@testable import PhotonPumpAdmin

@Suite("Projections over HTTP", .timeLimit(.minutes(1)))
struct ProjectionTests {
    private static func status(_ status: String, reason: String = "") -> AnswerServer.Answer {
        let json = #"{"name":"p","status":"\#(status)","stateReason":"\#(reason)","mode":"Continuous","progress":5.5}"#
        return AnswerServer.Answer(body: json)
    }

    @Test(
        "the status of projections is all that the server says",
        arguments: [
            ("Running", [.running], false), ("Faulted (Enabled)", [.faulted], true),
            ("Completed/Stopped/Writing results", [.completed, .stopped, .writingResults], false),
            ("Preparing", [.preparing], false), ("Grazing/Stopped", [.other("Grazing"), .stopped], false),
            ("", [], false),
        ] as [(String, [ProjectionStatus.State], Bool)])
    func statuses(text: String, states: [ProjectionStatus.State], isMarkedEnabled: Bool) {
        let status = ProjectionStatus(text)
        #expect(status.description == text)
        #expect(status.states == states)
        #expect(status.isMarkedEnabled == isMarkedEnabled)
        #expect(status.state == states.first ?? .other(""))
        #expect(states.map(\.description).joined(separator: "/") + (isMarkedEnabled ? " (Enabled)" : "") == text)
    }

    @Test("the position of projections is in the log or in streams")
    func positions() {
        #expect(ProjectionPosition("C:12/P:-1")?.log == Position(commit: 12, prepare: -1))
        #expect(ProjectionPosition("ponies: 5")?.log == nil)
        #expect(ProjectionPosition("ponies: 5")?.description == "ponies: 5")
        #expect(ProjectionPosition("") == nil)
        #expect(ProjectionPosition(header: #"{"$c":7,"$p":6}"#)?.log == Position(commit: 7, prepare: 6))
        #expect(ProjectionPosition(header: #"{"$s":{"ponies":5}}"#)?.streams == ["ponies": 5])
        #expect(ProjectionPosition(header: nil) == nil)
        #expect(ProjectionPosition(header: "?")?.description == "?")
    }

    private struct Count: Codable, Sendable, Equatable { let n: Int }

    @Test("the state of projections is what they have computed, of all or of a part, and how far they had read")
    func state() async throws {
        let position = ["ES-Position": #"{"$c":3,"$p":2}"#]
        let (_, requests) = try await Admin.run { request, _ in
            let body = request.path.hasSuffix("state") ? #"{"n":3}"# : #"{"n":4}"#
            return AnswerServer.Answer(headers: position, body: body)
        } _: { admin async throws in
            let state = try await admin.projections.state(of: "jumps", as: Count.self)
            #expect(state?.value == Count(n: 3))
            #expect(state?.position?.log == Position(commit: 3, prepare: 2))
            let part = try await admin.projections.result(of: "jumps", as: Count.self, partition: "a&b=c d")
            #expect(part?.value == Count(n: 4))
            let error = try await failure { try await admin.projections.state(of: "jumps", as: [Int].self) }
            #expect(error.code == .unreadableReply)
            #expect(error.http?.path == "/projection/jumps/state")
        }
        #expect(requests.map(\.path).prefix(2) == ["/projection/jumps/state", "/projection/jumps/result"])
        #expect(requests[1].query == ["partition": "a&b=c d"])
    }

    @Test("S63: the state of projections that have none yet is nothing, whatever its type")
    func noState() async throws {
        _ = try await Admin.run { _, _ in
            AnswerServer.Answer()
        } _: { admin async throws in
            #expect(try await admin.projections.state(of: "jumps", as: Count.self) == nil)
            #expect(try await admin.projections.result(of: "jumps", as: Count.self, partition: "x") == nil)
        }
    }

    @Test("projections are waited for until they have reached a state, through silence")
    func waiting() async throws {
        let (projection, requests) = try await Admin.run { _, count in
            switch count {
            case 0: Self.status("Preparing")
            case 1: nil
            case 2: AnswerServer.Answer(status: 503)
            case 3: Self.status("Running/Stopped")
            default: Self.status("Stopped")
            }
        } _: {
            try await $0.projections.wait(for: "p", until: .running)
        }
        #expect(projection.status.state == .running)
        #expect(requests.count == 4)
    }

    @Test(
        "a state of projections is reached when it is the first that the server tells, as the others can be older",
        arguments: [
            ("Running", .running, true), ("Stopping/Running", .running, false),
            ("Faulted/Running (Enabled)", .running, false), ("Faulted/Running (Enabled)", .faulted, true),
            ("Preparing/Completed/Stopped", .completed, false), ("Completed/Stopped", .completed, true),
            ("Completed/Stopped", .stopped, true), ("Completed/Stopped/Writing results", .completed, false),
            ("Completed/Stopped/Writing results", .stopped, false), ("Aborted/Stopped", .aborted, true),
            ("Aborted/Stopped", .stopped, false), ("Stopped", .stopped, true), ("", .stopped, false),
        ] as [(String, ProjectionStatus.State, Bool)])
    func reached(text: String, state: ProjectionStatus.State, isReached: Bool) async throws {
        let (found, _) = try await Admin.run { _, _ in
            Self.status(text)
        } _: { admin in
            let options = CallOptions(timeout: .milliseconds(150))
            return try? await admin.projections.wait(for: "p", until: state, options: options)
        }
        #expect((found != nil) == isReached)
    }

    @Test("projections that have failed are waited for no longer, and say why")
    func faulted() async throws {
        let (error, requests) = try await Admin.run { _, _ in
            Self.status("Faulted (Enabled)", reason: "no such function")
        } _: { admin async throws in
            let faulted = try await admin.projections.wait(for: "p", until: .faulted)
            #expect(faulted.reason == "no such function")
            return try await failure { try await admin.projections.wait(for: "p", until: .running) }
        }
        #expect(error.code == .wrongState)
        #expect("\(error)".contains("wait until projection 'p' is Running") && "\(error)".contains("no such function"))
        #expect(requests.count == 2)
    }

    @Test("projections that never get there are waited for until the time is up")
    func overdue() async throws {
        let (error, requests) = try await Admin.run { _, _ in
            Self.status("Stopping")
        } _: { admin async throws in
            let options = CallOptions(timeout: .milliseconds(200))
            return try await failure { try await admin.projections.wait(for: "p", until: .stopped, options: options) }
        }
        #expect(error.code == .timedOut)
        #expect("\(error)".contains("it is Stopping"))
        // After 0, 50 and 150 ms, if this machine is not busy.
        #expect((1...3).contains(requests.count))
    }

    @Test("projections are looked at less and less often")
    func pauses() {
        var watch = StatusWatch(.completed)
        let pauses = (0..<7).map { _ in watch.nextPause() }
        #expect(pauses == [50, 100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
    }

    @Test("a query is run to its end, and deleted")
    func query() async throws {
        let (count, requests) = try await Admin.run { request, count in
            switch (request.method, count) {
            case ("POST", _): AnswerServer.Answer(status: 201, body: #"{"name":"q"}"#)
            case (_, 1): Self.status("Completed/Stopped/Writing results")
            case (_, 2): Self.status("Completed")
            case ("GET", _): AnswerServer.Answer(body: #"{"n":3}"#)
            default: AnswerServer.Answer(body: #"{"name":"q"}"#)
            }
        } _: {
            try await $0.projections.run("fromAll()", as: Count.self, name: "q")
        }
        #expect(count == Count(n: 3))
        let lines = requests.map { "\($0.method) \($0.path)" }
        #expect(
            lines == [
                "POST /projections/transient", "GET /projection/q", "GET /projection/q", "GET /projection/q/result",
                "DELETE /projection/q",
            ])
        #expect(requests[0].body == "fromAll()")
        #expect(requests[0].query == ["name": "q", "type": "JS", "enabled": "yes"])
    }

    @Test("a query that fails says why, and is stopped and deleted, too")
    func failingQuery() async throws {
        let (error, requests) = try await Admin.run { request, _ in
            switch request.method {
            case "POST": AnswerServer.Answer(status: 201, body: #"{"name":"q"}"#)
            case "GET": Self.status("Faulted", reason: "unexpected token")
            default: AnswerServer.Answer(body: #"{"name":"q"}"#)
            }
        } _: { admin async throws in
            try await failure { try await admin.projections.run("from(", as: Count.self) }
        }
        #expect(error.code == .wrongState)
        #expect("\(error)".contains("unexpected token"))
        let name = try #require(requests[0].query["name"])
        #expect(name.hasPrefix("query-"))
        #expect(
            requests.suffix(2).map { "\($0.method) \($0.path)" } == [
                "POST /projection/\(name)/command/abort", "DELETE /projection/\(name)",
            ])
    }

    @Test("the configuration of projections keeps what is not known of it")
    func configuration() async throws {
        let (_, requests) = try await Admin.run { request, _ in
            request.method == "PUT"
                ? AnswerServer.Answer(body: #"{"name":"p"}"#)
                : AnswerServer.Answer(body: #"{"msgTypeId":1,"emitEnabled":true,"projectionExecutionTimeout":250}"#)
        } _: { admin async throws in
            var configuration = try await admin.projections.configuration(of: "p")
            #expect(configuration.emits && configuration.others == ["projectionExecutionTimeout": .integer(250)])
            configuration.checkpointAfter = .seconds(2)
            try await admin.projections.updateConfiguration(of: "p", to: configuration)
            configuration.checkpointAfter = .seconds(Int64.max)
            let error = try await failure {
                try await admin.projections.updateConfiguration(of: "p", to: configuration)
            }
            #expect(error.code == .invalidArgument)
        }
        #expect(requests.count == 2)
        let sent = try JSONDecoder().decode(JSONValue.self, from: Data(requests[1].body.utf8))
        #expect(sent["projectionExecutionTimeout"] == .integer(250) && sent["msgTypeId"] == nil)
        #expect(sent["checkpointAfterMs"] == .integer(2000))
    }

    @Test("the names of projections are sent as they are, and none is not one")
    func names() async throws {
        let (error, requests) = try await Admin.run { _, _ in
            Self.status("Running")
        } _: { admin async throws in
            _ = try await admin.projections.status(of: "$by a:b ü%")
            return try await failure { try await admin.projections.status(of: "") }
        }
        #expect(requests.map(\.path) == ["/projection/$by a:b ü%"])
        #expect(error.code == .invalidArgument)
    }
}
