import Foundation

/// Which nodes a drill is made on, and how hard it is on them.
struct DrillPlan: Codable {
    /// Real nodes, which a program starts, kills, suspends and resumes.
    struct RealNodes: Codable {
        /// The program: its arguments are what to do and the number of the node, from 1.
        let program: String
        /// The gossip seeds, in the order of the nodes.
        let url: String
    }

    /// What can happen to a node, and passes.
    enum Blow: String, CaseIterable, Codable {
        /// It dies at once, and is started again with its data.
        case kill
        /// It stops, and goes on as if nothing had happened: whatever the others decided without it.
        case suspend
        /// It and the other nodes cannot reach each other, while clients reach all of them.
        case cut
        /// There is no space left where it keeps its data.
        case fill

        /// What is done to make it pass.
        var end: String {
            switch self {
            case .kill: "start"
            case .suspend: "resume"
            case .cut: "mend"
            case .fill: "empty"
            }
        }

        var participle: String {
            switch self {
            case .kill: "killed"
            case .suspend: "suspended"
            case .cut: "cut off"
            case .fill: "filled"
            }
        }
    }

    /// Of `PHOTONPUMP_DRILL_PROGRAM` and `PHOTONPUMP_DRILL_URL`; nil for an embedded cluster.
    let realNodes: RealNodes?
    /// Of `PHOTONPUMP_DRILL_BLOWS`, names with commas between them; if that is not set, those that need no rights on the
    /// machine, and none if one of them is no name of a blow.
    ///
    let blows: Set<Blow>
    /// How often a node is struck: of `PHOTONPUMP_DRILL_STRIKES`, or 30 on real nodes and 8 on embedded ones.
    let strikes: Int
    /// How long nodes are struck, however often that is: of `PHOTONPUMP_DRILL_MINUTES`.
    let minutes: Int?
    /// Of `PHOTONPUMP_DRILL_SEED`, or any. The same seed makes the same decisions, if not at the same moments.
    let seed: UInt64

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        if let program = environment["PHOTONPUMP_DRILL_PROGRAM"], let url = environment["PHOTONPUMP_DRILL_URL"] {
            self.realNodes = RealNodes(program: program, url: url)
        } else {
            self.realNodes = nil
        }
        let names = environment["PHOTONPUMP_DRILL_BLOWS"]?.split(separator: ",").map(String.init)
        let blows = names?.map(Blow.init) ?? (self.realNodes == nil ? [.kill, .suspend, .cut] : [.kill, .suspend])
        self.blows = blows.contains(nil) ? [] : Set(blows.compactMap(\.self))
        let standard = self.realNodes == nil ? 8 : 30
        self.strikes = environment["PHOTONPUMP_DRILL_STRIKES"].flatMap { Int($0) } ?? standard
        self.minutes = environment["PHOTONPUMP_DRILL_MINUTES"].flatMap { Int($0) }
        self.seed = environment["PHOTONPUMP_DRILL_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
    }

    /// How many compete for events.
    var consumers: Int { self.realNodes == nil ? 6 : 20 }
    /// How long a blow lasts, in milliseconds.
    var outage: ClosedRange<Int> { self.realNodes == nil ? 200...1500 : 500...6000 }
    /// How long all is calm between two strikes, in milliseconds.
    var calm: ClosedRange<Int> { self.realNodes == nil ? 300...1000 : 500...4000 }
    /// How long the nodes may take to be a cluster again, and readers to come to the end.
    var patience: Duration { .seconds(120) }
}

/// Says at once how the drill goes; what it prints is seen only when it is over.
func sayDuringDrill(_ text: String) {
    FileHandle.standardError.write(Data("drill: \(momentOfDrill()) \(text)\n".utf8))
}

/// The time of day, to compare with what nodes log.
func momentOfDrill() -> String {
    Date.now.formatted(
        .verbatim(
            "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits).\(secondFraction: .fractional(3))",
            timeZone: .gmt, calendar: Calendar(identifier: .iso8601)))
}
