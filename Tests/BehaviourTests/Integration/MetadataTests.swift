import PhotonPump
import Testing

@Suite("Stream metadata on a server", .timeLimit(.minutes(1)))
struct MetadataTests {
    @Test("a stream's metadata is empty at first, and what was set afterwards")
    func setAndGet() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let none = try await client.getMetadata(of: stream)
            #expect((none.metadata, none.version) == (StreamMetadata(), .noStream))

            let metadata = StreamMetadata(
                maxAge: .seconds(3600), maxCount: 100, acl: StreamACL(read: ["$all"]), custom: ["team": #""ponies""#]
            )
            try await client.setMetadata(metadata, of: stream, expecting: .noStream)
            let set = try await client.getMetadata(of: stream)
            #expect((set.metadata, set.version) == (metadata, .version(0)))
            let error = try await failure { try await client.setMetadata(metadata, of: stream, expecting: .noStream) }
            #expect(error.code == .wrongExpectedVersion)
        }
    }

    @Test("a stream's metadata can be any JSON object, which an edit keeps as it is")
    func raw() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            #expect(try await client.getRawMetadata(of: stream) == nil)
            let json: Payload = #"{"exact":1.10000000000000000000001,"$acl":{"$r":"$all","$x":[1]},"$maxCount":7}"#
            try await client.setRawMetadata(json, of: stream, expecting: .noStream)
            #expect(try await client.getRawMetadata(of: stream)?.data == json)
            try await client.editMetadata(of: stream) {
                $0.maxCount = 8
                $0.acl?.write = ["ops"]
                try $0.encodeCustom(Pony(name: "Rarity"), forKey: "owner")
            }
            let raw = try #require(await client.getRawMetadata(of: stream))
            #expect(raw.number == 1)
            #expect(raw.data.text.contains(#""exact":1.10000000000000000000001"#))
            #expect(raw.data.text.contains(#""$x":[1]"#))
            let metadata = try await client.getMetadata(of: stream).metadata
            #expect(try metadata.decodeCustom(Pony.self, forKey: "owner") == Pony(name: "Rarity"))
            #expect((metadata.maxCount, metadata.acl?.read, metadata.acl?.write) == (8, ["$all"], ["ops"]))

            let error = try await failure { try await client.setRawMetadata("[]", of: stream) }
            #expect(error.code == .invalidArgument)
        }
    }

    @Test("the metadata of a stream that has events only is empty")
    func ofStreamWithout() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(1), to: stream)
            #expect(try await client.getMetadata(of: stream).metadata == StreamMetadata())
        }
    }

    @Test("a stream's metadata is edited by many at once without losing a change")
    func edited() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.setMetadata(StreamMetadata(custom: ["kept": "true"]), of: stream)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await client.editMetadata(of: stream, attempts: 100) {
                            $0.custom["k\(number)"] = Payload("\(number)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let keys = try await client.getMetadata(of: stream).metadata.custom.keys
            #expect(Set(keys) == Set(["kept"] + (0..<8).map { "k\($0)" }))
            let edit = try await client.editMetadata(of: stream) { _ in }
            #expect(edit.custom.count == 9)
        }
    }

    @Test("a stream's metadata hides events beyond the maximum count")
    func maxCount() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(10), to: stream)
            try await client.setMetadata(StreamMetadata(maxCount: 3), of: stream)
            let numbers = try await client.iter(stream, pageSize: 2).reduce(into: []) { $0.append($1.number) }
            #expect(numbers == [7, 8, 9])
            #expect(try await failure { try await client.getEvent(6, in: stream) }.code == .eventNotFound)
        }
    }

    @Test(
        "S37: a stream's metadata truncates it, and reading in pages smaller than the gap reaches what is left",
        arguments: [1, 2, 3, 500])
    func truncated(pageSize: Int) async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            try await client.publish(try Pony.events(20), to: stream)
            try await client.truncateStream(stream, before: 15)
            let forward = try await client.iter(stream, pageSize: pageSize).reduce(into: []) { $0.append($1.number) }
            #expect(forward == [15, 16, 17, 18, 19])
            let backward = try await client.iter(stream, direction: .backward, pageSize: pageSize)
                .reduce(into: []) { $0.append($1.number) }
            #expect(backward == [19, 18, 17, 16, 15])
            try await client.truncateStream(stream, before: 100)
            #expect(try await client.iter(stream, pageSize: pageSize).reduce(0) { count, _ in count + 1 } == 0)
        }
    }

    @Test("S32: a stream's metadata makes links to truncated events dead")
    func deadLinks() async throws {
        try await TestServer.withClient { client in
            let (target, links) = (TestServer.newStream(), TestServer.newStream("links"))
            try await client.publish(try Pony.events(3), to: target)
            try await client.publish(
                (0..<3).map { NewEvent(type: "$>", data: Payload("\($0)@\(target)"), isJSON: false) }, to: links
            )
            try await client.truncateStream(target, before: 2)
            let events = try await client.get(links, resolveLinks: true).events
            #expect(events.map { $0.event?.number } == [nil, nil, 2])
            #expect(events.map(\.received.number) == [0, 1, 2])
        }
    }

    @Test("a stream's metadata decides who may read and write, right by right")
    func permissions() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let ops = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            try await client.publish(try Pony.events(1), to: stream)
            try await client.setMetadata(StreamMetadata(acl: StreamACL(read: ["$admins"], write: ["ops"])), of: stream)
            #expect(try await failure { try await client.get(stream, options: ops) }.code == .accessDenied)
            try await client.publish(try Pony.events(1), to: stream, options: ops)
            #expect(try await client.get(stream).events.count == 2)
        }
    }

    @Test("a stream's metadata that is no JSON object is an error that names it, and metadata has none of its own")
    func unreadable() async throws {
        try await TestServer.withClient { client in
            let stream = TestServer.newStream()
            let event = NewEvent(type: "$metadata", data: "none", isJSON: false)
            try await client.publish([event], to: "$$\(stream)")
            let error = try await failure { try await client.getMetadata(of: stream) }
            #expect((error.code, error.stream, error.eventNumber) == (.undecodableEvent, stream, 0))
            #expect(error.message == "the metadata of '\(stream)' is not a JSON object")
            let own = try await failure { try await client.setMetadata(StreamMetadata(), of: "$$\(stream)") }
            #expect(own.code == .invalidArgument)
        }
    }

    @Test("system settings decide at once about streams whose metadata does not, and those alone")
    func settings() async throws {
        try await TestServer.withClient { client in
            let (silent, outspoken) = (TestServer.newStream(), TestServer.newStream())
            let system = "$\(TestServer.newStream())"
            let ops = CallOptions(credentials: Credentials(username: "ops", password: "changeit"))
            for stream in [silent, outspoken, system] { try await client.publish(Pony.events(1), to: stream) }
            try await client.setMetadata(StreamMetadata(acl: StreamACL(read: ["ops"])), of: outspoken)
            func readable() async -> [Bool] {
                var answers: [Bool] = []
                for stream in [silent, outspoken, system] {
                    do {
                        _ = try await client.getEvent(0, in: stream, options: ops)
                        answers.append(true)
                    } catch {
                        #expect((error as? PhotonPumpError)?.code == .accessDenied, "\(error)")
                        answers.append(false)
                    }
                }
                return answers
            }
            #expect(await readable() == [true, true, false])
            let settings = SystemSettings(
                userStreamACL: StreamACL(read: ["$admins"]), systemStreamACL: StreamACL(read: ["ops"]))
            try await client.setSystemSettings(settings)
            let changed = await readable()
            // Other tests use the server, too.
            try await client.setSystemSettings(SystemSettings())
            #expect(changed == [false, true, true])
            #expect(await readable() == [true, true, false])
        }
    }
}
