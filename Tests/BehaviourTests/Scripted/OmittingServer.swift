import EmbeddedEventStore
import Logging
import PhotonPump
import PhotonPumpWire
import ScriptedPeers
import Testing

/// A server that leaves out every field that is zero or empty, as servers of version 22.6 and later do: an embedded one
/// behind a peer that passes everything on.
struct OmittingServer {
    let server: EmbeddedServer
    /// The commands of replies in which something was left out.
    let thinned: Observed<Set<Command>>

    /// Runs `body` with a client of such a server, connected as an administrator.
    static func withClient(_ body: (OmittingServer, Client) async throws -> Void) async throws {
        let omitting = OmittingServer(server: EmbeddedServer(logger: .silent), thinned: Observed([]))
        let front = ScriptedServer()
        try await omitting.server.start()
        var configuration = try TestServer.configuration(omitting.server.connectionString)
        configuration.target = .node(Endpoint(host: "127.0.0.1", port: try await front.start()))
        let port = omitting.server.port
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await omitting.passOn(try await front.nextConnection(), to: port) }
            do {
                try await PhotonPump.withClient(configuration, logger: .silent) { try await body(omitting, $0) }
            } catch {
                Issue.record(error)
            }
            // The end of both connections ends what passes on.
            await omitting.server.stop()
            await front.stop()
            group.cancelAll()
        }
    }

    private func passOn(_ client: ScriptedPeer, to port: Int) async throws {
        let server = try await ScriptedPeer.connect(host: "127.0.0.1", port: port)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { while let package = try await client.next() { try await server.send(package) } }
            group.addTask {
                while let package = try await server.next() { try await client.send(self.thin(package)) }
                await client.close()
            }
        }
    }

    private func thin(_ package: Package) -> Package {
        guard let shape = Shape.ofReplies[package.command] else { return package }
        var thin = package
        do {
            thin.payload = Bytes(try shape.thin(package.payload.withUnsafeBytes { Array($0) }[...]))
        } catch {
            Issue.record(error, "\(package.command)")
        }
        if thin.payload.count < package.payload.count { self.thinned.update { $0.insert(package.command) } }
        return thin
    }
}

/// Which fields of a message are messages; the others are numbers, texts and bytes.
private struct Shape {
    struct Malformed: Error {}

    var messages: [Int: Shape] = [:]

    static let record = Shape()
    static let resolved = Shape(messages: [1: Self.record, 2: Self.record])

    static let ofReplies: [Command: Shape] = [
        .writeEventsCompleted: Shape(), .deleteStreamCompleted: Shape(), .transactionStartCompleted: Shape(),
        .transactionWriteCompleted: Shape(), .transactionCommitCompleted: Shape(),
        .readEventCompleted: Shape(messages: [2: Self.resolved]),
        .readStreamEventsForwardCompleted: Shape(messages: [1: Self.resolved]),
        .readStreamEventsBackwardCompleted: Shape(messages: [1: Self.resolved]),
        .readAllEventsForwardCompleted: Shape(messages: [3: Self.resolved]),
        .readAllEventsBackwardCompleted: Shape(messages: [3: Self.resolved]),
        .filteredReadAllEventsForwardCompleted: Shape(messages: [3: Self.resolved]),
        .filteredReadAllEventsBackwardCompleted: Shape(messages: [3: Self.resolved]),
        .subscriptionConfirmation: Shape(), .streamEventAppeared: Shape(messages: [1: Self.resolved]),
        .checkpointReached: Shape(), .subscriptionDropped: Shape(), .createPersistentSubscriptionCompleted: Shape(),
        .updatePersistentSubscriptionCompleted: Shape(), .deletePersistentSubscriptionCompleted: Shape(),
        .persistentSubscriptionConfirmation: Shape(),
        .persistentSubscriptionStreamEventAppeared: Shape(messages: [1: Self.resolved]),
        .scavengeDatabaseCompleted: Shape(), .notHandled: Shape(messages: [2: Shape()]),
    ]

    /// The message without fields that are zero or empty. A message within it stays, even if it is empty.
    func thin(_ message: ArraySlice<UInt8>) throws -> [UInt8] {
        var (rest, thin) = (message, [UInt8]())
        while !rest.isEmpty {
            let tag = try Self.varint(&rest)
            switch tag & 7 {
            case 0:
                let value = try Self.varint(&rest)
                if value != 0 { thin += Self.bytes(tag) + Self.bytes(value) }
            case 2:
                let count = try Self.varint(&rest)
                guard count <= rest.count else { throw Malformed() }
                let field = rest.prefix(Int(count))
                rest = rest.dropFirst(Int(count))
                let shape = self.messages[Int(tag >> 3)]
                let content = try shape?.thin(field) ?? Array(field)
                if !content.isEmpty || shape != nil {
                    thin += Self.bytes(tag) + Self.bytes(UInt64(content.count)) + content
                }
            default: throw Malformed()
            }
        }
        return thin
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte & 0x80 == 0 { return value }
        }
        throw Malformed()
    }

    private static func bytes(_ value: UInt64) -> [UInt8] {
        var (rest, bytes) = (value, [UInt8]())
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
