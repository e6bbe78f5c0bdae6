internal import PhotonPumpTransport
internal import PhotonPumpWire

extension PersistentSubscriptionSettings {
    /// The settings as they are sent over the wire.
    ///
    /// - Throws: ``PhotonPumpError/Code/invalidArgument``, naming a setting that is invalid, or with which servers
    ///   accept the subscription but never deliver anything.
    func checked(stream: String) throws(PhotonPumpError) -> PhotonPumpWire.PersistentSubscriptionSettings {
        let check = SettingCheck(stream: stream)
        let messageTimeout = try self.messageTimeout.map { value throws(PhotonPumpError) in
            try check.milliseconds("messageTimeout", value)
        }
        let maximumSubscriberCount = try self.maximumSubscriberCount.map { value throws(PhotonPumpError) in
            try check.count("maximumSubscriberCount", value, atLeast: 1)
        }
        let message = PhotonPumpWire.PersistentSubscriptionSettings(
            resolveLinks: self.resolveLinks,
            startFrom: try check.start(self.startFrom),
            messageTimeout: messageTimeout ?? 0,
            recordStatistics: self.extraStatistics,
            liveBufferSize: try check.count("liveBufferSize", self.liveBufferSize, atLeast: 1),
            readBatchSize: try check.count("readBatchSize", self.readBatchSize, atLeast: 1),
            bufferSize: try check.count("bufferSize", self.bufferSize, atLeast: 1),
            maxRetryCount: try check.count("maximumRetryCount", self.maximumRetryCount, atLeast: 0),
            preferRoundRobin: self.strategy == .roundRobin,
            checkpointAfter: try check.milliseconds("checkpointAfter", self.checkpointAfter),
            maxCheckpointCount: try check.count("maximumCheckpointCount", self.maximumCheckpointCount, atLeast: 1),
            minCheckpointCount: try check.count("minimumCheckpointCount", self.minimumCheckpointCount, atLeast: 1),
            maxSubscriberCount: maximumSubscriberCount ?? 0,
            consumerStrategy: self.strategy.description
        )
        try check.that(
            self.bufferSize > self.readBatchSize,
            "bufferSize \(self.bufferSize) is not above readBatchSize \(self.readBatchSize)"
        )
        try check.that(
            self.minimumCheckpointCount <= self.maximumCheckpointCount,
            "minimumCheckpointCount \(self.minimumCheckpointCount) is above maximumCheckpointCount \(self.maximumCheckpointCount)"
        )
        try check.that(!self.strategy.description.isEmpty, "strategy has no name")
        return message
    }
}

/// Converts settings to their form on the wire.
private struct SettingCheck {
    let stream: String

    func that(_ isGood: Bool, _ problem: String) throws(PhotonPumpError) {
        if !isGood {
            throw PhotonPumpError(.invalidArgument, "settings of a subscription: \(problem)", stream: self.stream)
        }
    }

    func count(_ name: String, _ value: Int, atLeast least: Int) throws(PhotonPumpError) -> Int32 {
        try self.that(value >= least, "\(name) \(value) is below \(least)")
        try self.that(value <= Int32.max, "\(name) \(value) is above \(Int32.max)")
        return Int32(value)
    }

    /// Rounded up to whole milliseconds: zero would mean never.
    func milliseconds(_ name: String, _ value: Duration) throws(PhotonPumpError) -> Int32 {
        try self.that(value > .zero, "\(name) \(value.words) is not above zero")
        try self.that(
            value <= .milliseconds(Int32.max),
            "\(name) \(value.words) is above \(Duration.milliseconds(Int32.max).words)")
        return Int32((value / .milliseconds(1)).rounded(.up))
    }

    func start(_ position: StreamPosition) throws(PhotonPumpError) -> Int64 {
        switch position {
        case .start: return 0
        case .end: return -1
        case .number(let number):
            try self.that(number >= 0, "startFrom \(number) is below 0")
            return number
        }
    }
}
