import EmbeddedEventStore
import Foundation
import PhotonPump
import Testing

@Suite(
    "pump copy, of what cannot be moved as it is,", .timeLimit(.minutes(3)),
    .enabled(if: PumpProcess.isBuilt, "pump is not built"))
struct UnmovableEventsTests {
    private static func copy(
        _ stream: String, _ source: PumpStage, _ target: PumpStage, _ options: [String] = []
    ) async throws -> PumpProcess.Outcome {
        try await source.run(["copy", stream, stream, "--target", target.url] + options)
    }

    private static func lines(_ stream: String, _ stage: PumpStage) async throws -> [String] {
        try await stage.run("read", stream, "--no-resolve-links").output
    }

    @Test("pump copy refuses links, or keeps, skips or resolves them")
    func links() async throws {
        try await CopyCommandTests.run { source, target in
            try await source.write(0..<3)
            for number in [0, 2] as [Int64] {
                try await source.client.publish([.link(to: number, in: "ponies")], to: "favourites")
            }
            try await source.write(7..<8, to: "favourites")
            let refused = try await Self.copy("favourites", source, target)
            #expect(
                refused.isFailure(saying: "event 0 of 'favourites' is a link to '0@ponies'", "--links"),
                "\(refused.errors)")

            #expect(try await Self.copy("favourites", source, target, ["--links", "keep"]).isFine)
            #expect(try await Self.lines("favourites", target) == Self.lines("favourites", source))

            #expect(try await Self.copy("favourites", source, target, ["--links", "skip"]).status == 64)
            let skipped = try await source.run(
                "copy", "favourites", "rest", "--links", "skip", "--numbers", "renew", "--target", target.url)
            #expect(skipped.isFine, "\(skipped.errors)")
            #expect(skipped.output.first?.contains("1 events copied from favourites to rest, 2 left out") == true)
            #expect(try await Self.lines("rest", target) == ["0@rest  Jump  7"])

            let resolve = ["copy", "favourites", "events", "--links", "resolve", "--target", target.url]
            #expect(try await source.run(resolve).isFine)
            #expect(
                try await Self.lines("events", target) == [
                    "0@events  Jump  0", "1@events  Jump  2", "2@events  Jump  7",
                ])

            // What a link points to may be gone.
            try await source.client.truncateStream("ponies", before: 1)
            let gone = try await source.run(
                "copy", "favourites", "others", "--links", "resolve", "--target", target.url)
            #expect(gone.isFailure(saying: "0@ponies", "gone", "--links"), "\(gone.errors)")
        }
    }

    @Test("pump copy refuses a stream whose beginning is gone, or renews the numbers, and goes on with them")
    func truncated() async throws {
        try await CopyCommandTests.run { source, target in
            try await source.write(0..<600)
            try await source.client.truncateStream("ponies", before: 4)
            let refused = try await Self.copy("ponies", source, target, ["--metadata", "skip"])
            #expect(refused.isFailure(saying: "event 4 of 'ponies'", "--numbers renew"), "\(refused.errors)")
            let renew = ["--metadata", "skip", "--numbers", "renew"]
            let renewed = try await Self.copy("ponies", source, target, renew)
            #expect(renewed.isFine, "\(renewed.errors)")
            try await source.write(600..<700)
            #expect(try await Self.copy("ponies", source, target, renew).isFine)
            let there = try await CopyCommandTests.kept("ponies", target.client)
            #expect(there.map(\.number) == Array(0..<696))
            #expect(there.map(\.event.data.text) == (4..<700).map { "\($0)" })
            let diff = try await source.run("diff", "ponies", "ponies", "--ignore-numbers", "--target", target.url)
            #expect(diff.output == ["equal: 696 events"])
            // The number in there is that of the source.
            let truncation = try await source.run(
                "copy", "ponies", "p", "--metadata", "copy", "--numbers", "renew", "--target", target.url)
            #expect(truncation.isFailure(saying: "--metadata"), "\(truncation.errors)")
        }
    }

    @Test("pump copy with new numbers finds the events again that a run which was killed has written")
    func renewedAndKilled() async throws {
        try await CopyCommandTests.run { source, target in
            for round in 0..<40 {
                try await source.write(round * 20..<round * 20 + 20, to: "ponies-\(round % 3)")
            }
            let copy = ["copy", "$all", "$all", "--numbers", "renew", "--target", target.url]
            for kill in 0..<4 {
                let hold = try await target.server.faults.add(.holdReply(to: .writeEvents).skipping(kill * 5))
                let pump = try PumpProcess(copy + ["--connect", source.url])
                try await hold.waitForEffect()
                pump.send(SIGKILL)
                _ = try await pump.outcome()
                try await hold.lift()
            }
            #expect(try await source.run(copy).isFine)
            let diff = try await source.run("diff", "$all", "$all", "--target", target.url)
            #expect(diff.output == ["equal: 800 events"])
        }
    }

    @Test("pump copy refuses metadata, or skips or copies it, for a stream and for all")
    func metadata() async throws {
        try await CopyCommandTests.run { source, target in
            try await source.write(0..<5)
            try await source.client.setRawMetadata(#"{"$maxCount":5,"$acl":{"$w":"admin"},"k":1}"#, of: "ponies")
            for stream in ["ponies", "$all"] {
                let refused = try await Self.copy(stream, source, target)
                #expect(refused.isFailure(saying: "'ponies' has metadata", "--metadata"), "\(refused.errors)")
            }
            #expect(try await Self.copy("ponies", source, target, ["--metadata", "skip"]).isFine)
            #expect(try await target.client.getRawMetadata(of: "ponies") == nil)
            let unlike = try await source.run("diff", "ponies", "ponies", "--metadata", "--target", target.url)
            #expect(unlike.isFailure(saying: "metadata of 'ponies'"))
            #expect(try await Self.copy("ponies", source, target, ["--metadata", "copy"]).isFine)
            // What it is there for is done at the end, and does not hinder the next copy.
            #expect(try await Self.copy("ponies", source, target, ["--metadata", "copy"]).isFine)
            #expect(
                try await target.client.getRawMetadata(of: "ponies")?.data
                    == source.client.getRawMetadata(of: "ponies")?.data)
            let diff = try await source.run("diff", "ponies", "ponies", "--metadata", "--target", target.url)
            #expect(diff.output == ["equal: 5 events"])
        }
    }

    @Test("pump copy copies all streams with metadata and tombstones, and leaves out those of the server itself")
    func everything() async throws {
        try await CopyCommandTests.run { source, target in
            for stream in ["ponies", "herd", "gone", "deleted"] { try await source.write(0..<3, to: stream) }
            try await source.client.setRawMetadata(#"{"$maxAge":1000000,"k":1}"#, of: "herd")
            try await source.client.tombstoneStream("gone")
            try await source.client.deleteStream("deleted")
            try await source.write(3..<5, to: "ponies")
            let tombstone = try await Self.copy("$all", source, target, ["--metadata", "copy"])
            #expect(tombstone.isFailure(saying: "'gone'", "--tombstones"), "\(tombstone.errors)")
            let copy = ["--metadata", "copy", "--tombstones", "copy"]
            let outcome = try await Self.copy("$all", source, target, copy)
            #expect(outcome.isFine, "\(outcome.errors)")
            #expect(outcome.output.first?.hasPrefix("14 events copied from $all to $all") == false)
            #expect(try await Self.lines("ponies", target).count == 5)
            #expect(try await target.client.getRawMetadata(of: "herd")?.data == #"{"$maxAge":1000000,"k":1}"#)
            await #expect(throws: PhotonPumpError.self) { try await target.client.getLastEvent(in: "gone") }
            let gone = await failureCode { try await target.client.getLastEvent(in: "gone") }
            #expect(gone == .streamDeleted)
            let deleted = await failureCode { try await target.client.getLastEvent(in: "deleted") }
            #expect(deleted == .streamNotFound)
            let diff = try await source.run("diff", "$all", "$all", "--metadata", "--target", target.url)
            #expect(diff.isFine, "\(diff.output) \(diff.errors)")
            // Once more, on to a third: the places are not taken along.
            try await PumpStage.run { third in
                #expect(try await Self.copy("$all", target, third, copy + ["--place", "my-place"]).isFine)
                let places = try await third.run("read", "$all", "--streams", "pump-copy-")
                #expect(places.output == [])
                #expect(try await third.client.getRawMetadata(of: "pump-copy-$all-to-$all") == nil)
            }
        }
    }

    @Test("pump copy copies streams that a filter selects, with their metadata")
    func filter() async throws {
        try await CopyCommandTests.run { source, target in
            for stream in ["ponies-1", "herd", "ponies-2"] { try await source.write(0..<3, to: stream) }
            try await source.client.setRawMetadata(#"{"k":1}"#, of: "ponies-2")
            let outcome = try await Self.copy("$all", source, target, ["--streams", "ponies-", "--metadata", "copy"])
            #expect(outcome.isFine, "\(outcome.errors)")
            #expect(try await target.run("read", "$all", "--types", "Jump").output.count == 6)
            #expect(try await target.client.getRawMetadata(of: "ponies-2")?.data == #"{"k":1}"#)
        }
    }

    @Test(
        "pump copy refuses impossible pairs",
        arguments: [
            "copy ponies $all", "copy $all ponies", "copy ponies ponies", "copy ponies $stats",
            "copy ponies p --types x",
            "copy ponies p --target x://y", "diff ponies ponies", "diff ponies p --limit 0",
        ])
    func pairs(_ command: String) async throws {
        let outcome = try await PumpProcess.run(command.split(separator: " ").map(String.init))
        #expect(outcome.status == 64)
    }

    private func failureCode(_ body: () async throws -> ResolvedEvent) async -> PhotonPumpError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? PhotonPumpError)?.code
        }
    }
}
