public import PhotonPumpSystem

/// What a node measures of itself, at most a second ago.
public struct NodeStatistics: Sendable, Hashable {
    /// All of it, by the server's names: what it has depends on its version and its machine.
    public let values: JSONValue

    /// One of the server's queues.
    public struct Queue: Sendable, Hashable {
        /// What the server calls it.
        public let name: String
        /// The number of messages that wait.
        public let length: Int64?
        /// The most that ever waited.
        public let lengthLifetimePeak: Int64?
        /// The number of messages handled, in the last seconds.
        public let averageItemsPerSecond: Double?
        /// In milliseconds.
        public let averageProcessingTime: Double?
        /// How much of the last seconds it had nothing to do.
        public let idleTimePercent: Double?
        /// The number of messages handled since the server was started.
        public let totalItemsProcessed: Int64?
        /// All that the server tells about it, by its names.
        public let values: JSONValue
    }

    /// The value behind these names, one in the other, such as `stats["proc", "gc", "timeInGc"]`.
    public subscript(names: String...) -> JSONValue? {
        names.reduce(self.values) { $0?[$1] }
    }

    /// When the server was started.
    public var startTime: Date? { self["proc", "startTime"]?.text.flatMap(ServerDate.parse) }
    /// The server's number among the processes of its machine.
    public var processID: Int64? { self["proc", "id"]?.integer }
    /// The bytes that the server has in memory.
    public var memory: Int64? { self["proc", "mem"]?.integer }
    /// How much of a processor the server uses, in percent.
    public var cpu: Double? { self["proc", "cpu"]?.number }
    /// How much of the processors all programs of the machine use, in percent.
    public var systemCPU: Double? { self["sys", "cpu"]?.number }
    /// The bytes of memory that the machine has free.
    public var freeMemory: Int64? { self["sys", "freeMem"]?.integer }
    /// How far the log is written.
    public var writerCheckpoint: Int64? { self["es", "checksum"]?.integer }
    /// The connections over TCP.
    public var tcpConnections: Int64? { self["proc", "tcp", "connections"]?.integer }

    /// The server's queues, by name.
    public var queues: [Queue] {
        (self["es", "queue"]?.members ?? [:]).map { key, values in
            Queue(
                name: values["queueName"]?.text ?? key,
                length: values["length"]?.integer,
                lengthLifetimePeak: values["lengthLifetimePeak"]?.integer,
                averageItemsPerSecond: values["avgItemsPerSecond"]?.number,
                averageProcessingTime: values["avgProcessingTime"]?.number,
                idleTimePercent: values["idleTimePercent"]?.number,
                totalItemsProcessed: values["totalItemsProcessed"]?.integer,
                values: values
            )
        }
        .sorted { $0.name < $1.name }
    }
}

extension NodeStatistics: Decodable {
    /// From a server's answer.
    public init(from decoder: any Decoder) throws {
        self.values = try JSONValue(from: decoder)
    }
}
