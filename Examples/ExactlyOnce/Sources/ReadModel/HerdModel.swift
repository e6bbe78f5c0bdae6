import Foundation
import GRDB
import PhotonPump

/// The data of an event.
struct PonyJumped: Decodable {
    let pony: String
    let height: Int
}

/// The herd's jumps in SQLite, and the position in the log up to which they were read.
struct HerdModel {
    private let database: DatabasePool

    /// Opens the file at `path`, and creates it if necessary.
    init(path: String) throws {
        var configuration = Configuration()
        // Others may be reading it.
        configuration.busyMode = .timeout(10)
        self.database = try DatabasePool(path: path, configuration: configuration)
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { db in
            // Neither `event` nor `jumps` keeps an event from being applied twice, so that it would show if one were.
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

    /// Where to continue; nil at the beginning.
    func checkpoint() throws -> SubscriptionStart<Position>? {
        let text = try self.database.read { try String.fetchOne($0, sql: "SELECT start FROM checkpoint") }
        return try text.map { try JSONDecoder().decode(SubscriptionStart<Position>.self, from: Data($0.utf8)) }
    }

    /// Applies an event and saves its position, both or neither.
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

    /// Saves that there is nothing more for the model before this place.
    func note(_ checkpoint: SubscriptionStart<Position>) throws {
        try self.database.write { try Self.note(checkpoint, $0) }
    }

    private static func note(_ checkpoint: SubscriptionStart<Position>, _ db: Database) throws {
        let text = String(decoding: try JSONEncoder().encode(checkpoint), as: UTF8.self)
        try db.execute(sql: "INSERT OR REPLACE INTO checkpoint (id, start) VALUES (1, ?)", arguments: [text])
    }
}
