import PhotonPump
import PhotonPumpTransport
import PhotonPumpWire

/// Makes a client, calls a few times, and closes it with some of that unanswered, again and again.
struct Visitor {
    private let stage: Stage
    private let number: Int
    private var chances: SeededGenerator

    init(_ number: Int, _ stage: Stage) {
        self.number = number
        self.stage = stage
        self.chances = stage.chances(400 + number)
    }

    mutating func run() async throws {
        var visits = 0
        while !self.stage.isOver {
            visits += 1
            try await self.visit(visits)
            try await self.stage.sleep(milliseconds: self.chances.number(0..<500))
        }
    }

    private mutating func visit(_ visit: Int) async throws {
        let (stage, callers) = (self.stage, self.chances.number(1..<6))
        let prefersFollower = self.chances.once(in: 2)
        let client = try stage.client { if prefersFollower { $0.nodePreference = .follower } }
        let length = self.chances.number(0..<2_000)
        let isPatient = self.chances.once(in: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<callers {
                // Each has streams that nobody else writes to.
                let name = (self.number * 1_000 + visit) * 10 + number + 1_000_000
                group.addTask {
                    var writer = Writer(name, client, stage, usual: [.clientClosed])
                    while await client.status.phase != .closed, !stage.isOver {
                        try await writer.doSomething()
                        try await stage.sleep(milliseconds: 5)
                    }
                }
            }
            group.addTask {
                try await stage.sleep(milliseconds: length)
                if isPatient {
                    await client.close(drainingFor: .milliseconds(300))
                } else {
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
        let leftovers = await client.leftovers
        stage.ledger.check(leftovers.isEmpty, "a client that is closed still has \(leftovers)")
    }
}
