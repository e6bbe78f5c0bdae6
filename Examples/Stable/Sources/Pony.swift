struct IsTired: Error {}

struct Pony {
    private var jumpsSinceRest = 0

    mutating func apply(_ event: PonyEvent) {
        switch event {
        case .jumped: self.jumpsSinceRest += 1
        case .rested: self.jumpsSinceRest = 0
        }
    }

    func jump(_ jump: PonyJumped) throws -> PonyJumped {
        guard self.jumpsSinceRest < 3 else { throw IsTired() }
        return jump
    }
}
