/// What a simulation has done: the last steps, and a number in which all of them went.
package struct SimulationTrace: Sendable {
    package enum Step: Sendable, CustomStringConvertible {
        case task
        case endOfSleep
        case isolatedTask(String, Int)
        case work(String, Int)

        fileprivate var number: UInt64 {
            switch self {
            case .task: 1
            case .endOfSleep: 2
            case .isolatedTask(_, let executor): 3 + 2 * UInt64(executor)
            case .work(_, let executor): 4 + 2 * UInt64(executor)
            }
        }

        package var description: String {
            switch self {
            case .task: "a task"
            case .endOfSleep: "the end of a sleep"
            case .isolatedTask(let label, let executor): "a task on \(label) (\(executor))"
            case .work(let label, let executor): "\(label) (\(executor))"
            }
        }
    }

    private static let most = 40

    /// Is the same for the same steps, at the same times, with the same chances.
    package private(set) var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    package private(set) var stepCount = 0
    private var steps: [(time: Environment.Instant, step: Step)] = []

    mutating func note(_ time: Environment.Instant, _ step: Step) {
        self.mix(step.number)
        self.mix(UInt64(truncatingIfNeeded: time.elapsed.attoseconds / 1_000_000_000))
        if self.steps.count < Self.most {
            self.steps.append((time, step))
        } else {
            self.steps[self.stepCount % Self.most] = (time, step)
        }
        self.stepCount += 1
    }

    mutating func note(chance: UInt64) {
        self.mix(chance)
    }

    private mutating func mix(_ number: UInt64) {
        self.digest = (self.digest ^ number) &* 0x0000_0100_0000_01b3
    }
}

extension SimulationTrace: CustomStringConvertible {
    /// The last steps, one a line.
    package var description: String {
        let first = self.stepCount % Self.most
        let inOrder = self.steps.count < Self.most ? self.steps : Array(self.steps[first...] + self.steps[..<first])
        return inOrder.map { "\($0.time.elapsed.words): \($0.step)" }.joined(separator: "\n")
    }
}

/// Why a simulation cannot go on although its body has not ended.
package struct SimulationStuck: Error, CustomStringConvertible {
    package enum Reason: Sendable {
        /// Everything waits for something else that waits.
        case nothingToDo
        /// More time has passed than may.
        case timeIsUp
    }

    package let reason: Reason
    let time: Environment.Instant
    package let trace: SimulationTrace

    package var description: String {
        let cause =
            switch self.reason {
            case .nothingToDo: "nothing is left to do, and nothing is due"
            case .timeIsUp: "the time of the simulation is up"
            }
        return """
            the body has not ended, but \(cause) after \(self.time.elapsed.words) and \(self.trace.stepCount) steps, \
            the last of which were:
            \(self.trace)
            """
    }
}
