import Foundation
import Testing

@testable import PhotonPump

@Suite("Stream metadata")
struct StreamMetadataTests {
    @Test("stream metadata is written as servers know it")
    func written() throws {
        let metadata = StreamMetadata(
            maxAge: .seconds(60), maxCount: 10, truncateBefore: 3, cacheControl: .seconds(5),
            acl: StreamACL(read: ["$all"], write: ["ops", "$admins"], delete: []),
            custom: ["team": #"{"name":"ponies"}"#]
        )
        let text = String(decoding: try metadata.json(), as: UTF8.self)
        let expected = #"""
            {"$acl":{"$d":[],"$r":"$all","$w":["ops","$admins"]},"$cacheControl":5,"$maxAge":60,"$maxCount":10,"$tb":3,"team":{"name":"ponies"}}
            """#
        #expect(text == expected)
        #expect(try StreamMetadata(json: Data(text.utf8)) == metadata)
    }

    @Test("stream metadata of nothing is an empty object")
    func empty() throws {
        #expect(String(decoding: try StreamMetadata().json(), as: UTF8.self) == "{}")
        #expect(try StreamMetadata(json: Data("{}".utf8)) == StreamMetadata())
    }

    @Test(
        "stream metadata keeps what it does not understand",
        arguments: [
            #"{"$maxCount":0}"#, #"{"$maxAge":-1}"#, #"{"$maxCount":"many"}"#, #"{"$acl":7}"#, #"{"$tb":-2}"#,
            #"{"$tmp":true}"#,
            #"{"big":123456789012345678901234567890,"exact":1.10}"#, #"{"a":{"b": "}\""},"ü\"":"x"}"#,
            #"{"$maxCount":1.5}"#, #"{"a":[1,2,{"b":null}],"n":12345678901}"#,
        ]
    )
    func kept(json: String) throws {
        let metadata = try StreamMetadata(json: Data(json.utf8))
        #expect(metadata.maxCount == nil)
        #expect(metadata.acl == nil)
        #expect(String(decoding: try metadata.json(), as: UTF8.self) == json)
    }

    @Test("stream metadata goes up to the largest number, which is that of a deleted stream")
    func deleted() throws {
        let json = #"{"$tb":9223372036854775807}"#
        let metadata = try StreamMetadata(json: Data(json.utf8))
        #expect(metadata.truncateBefore == .max)
        #expect(String(decoding: try metadata.json(), as: UTF8.self) == json)
    }

    @Test("stream metadata that is no object cannot be read", arguments: ["", "[]", "7", "{"])
    func broken(json: String) {
        #expect(throws: (any Error).self) { try StreamMetadata(json: Data(json.utf8)) }
    }

    @Test("stream metadata that servers would ignore is refused")
    func invalid() throws {
        for metadata in [
            StreamMetadata(maxAge: .milliseconds(1500)), StreamMetadata(maxAge: .zero), StreamMetadata(maxCount: 0),
            StreamMetadata(truncateBefore: -1), StreamMetadata(cacheControl: .seconds(-1)),
            StreamMetadata(custom: ["a": "{"]),
        ] {
            #expect(try #require(throws: PhotonPumpError.self) { try metadata.json() }.code == .invalidArgument)
        }
    }
}

@Suite("Stream names")
struct StreamNameTests {
    @Test("stream names are put together and taken apart")
    func names() {
        #expect(StreamName.metadata(of: "ponies") == "$$ponies")
        #expect(StreamName.category("pony") == "$ce-pony")
        #expect(StreamName.eventType("PonyJumped") == "$et-PonyJumped")
        #expect(StreamName.category(of: "pony-1-2") == "pony")
        #expect(StreamName.category(of: "pony") == nil)
        #expect(StreamName.isSystem("$settings"))
        #expect(!StreamName.isSystem("ponies$"))
    }
}
