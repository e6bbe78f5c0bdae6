import Foundation
import GRDB
import PhotonPump

/// What an event of the herd says.
struct PonyJumped: Decodable {
    let pony: String
    let height: Int
}

/// The herd's jumps in SQLite, and how far in the log they were read.
struct HerdModel {
    private let database: DatabasePool

    /// Opens the file at `path`, which comes into being if need be.
    init(path: String) throws {
        var configuration = Configuration()
        // Others may look into it meanwhile.
        configuration.busyMode = .timeout(10)
        self.database = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            // Neither `event` nor `jumps` would notice an event that is applied twice: that is what is to be shown.
            try db.create(table: "jump") { table in
                table.autoIncrementedPrimaryKey("id")
                table.column("event", .text).notNull()
                table.column("pony", .text).notNull()
                table.column("height", .integer).notNull()
            }
            try db.create(table: "pony") { table in
                table.primaryKey("name", .text)
                table.column("jumps", .integer).notNull()
            }
            try db.create(table: "checkpoint") { table in
                table.primaryKey("id", .integer).check { $0 == 1 }
                table.column("start", .text).notNull()
            }
        }
        try migrator.migrate(self.database)
    }

    /// Where to go on; nil in the beginning.
    func checkpoint() throws -> SubscriptionStart<Position>? {
        let text = try self.database.read { try String.fetchOne($0, sql: "SELECT start FROM checkpoint") }
        return try text.map { try JSONDecoder().decode(SubscriptionStart<Position>.self, from: Data($0.utf8)) }
    }

    /// Applies an event and notes its position, both or neither.
    func apply(_ event: ResolvedEvent, at position: Position) throws {
        let jump = try event.decode(PonyJumped.self)
        try self.database.write { db in
            try db.execute(
                sql: "INSERT INTO jump (event, pony, height) VALUES (?, ?, ?)",
                arguments: [event.id.uuidString, jump.pony, jump.height])
            try db.execute(
                sql: """
                    INSERT INTO pony (name, jumps) VALUES (?, 1)
                    ON CONFLICT (name) DO UPDATE SET jumps = jumps + 1
                    """,
                arguments: [jump.pony])
            try Self.note(.after(position), db)
        }
    }

    /// Notes that there is nothing for the model before this place.
    func note(_ checkpoint: SubscriptionStart<Position>) throws {
        try self.database.write { try Self.note(checkpoint, $0) }
    }

    private static func note(_ checkpoint: SubscriptionStart<Position>, _ db: Database) throws {
        let text = String(decoding: try JSONEncoder().encode(checkpoint), as: UTF8.self)
        try db.execute(sql: "INSERT OR REPLACE INTO checkpoint (id, start) VALUES (1, ?)", arguments: [text])
    }
}
