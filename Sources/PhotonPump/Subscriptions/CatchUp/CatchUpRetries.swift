/// What has failed so far, and how often it may: pure.
struct CatchUpRetries {
    /// After this many the problem is considered permanent; that takes about twenty seconds.
    static let mostServerErrors = 20
    /// After this many, in about two seconds, it is announced that reads lag behind what the server has confirmed.
    static let tacitRereads = 30
    /// How often a follower whose end is too early may be asked whether it is the master; that takes half a minute, in
    /// which a lagging one usually catches up.
    static let mostDoubts = 60

    /// In a row.
    private(set) var failures = 0
    /// Answers in a row that did not reach what they should.
    private(set) var rereads = 0
    private var isInterrupted = false
    /// How often in a row the server has refused the same request with a failure of its own.
    private var serverErrors = 0
    /// Losses since the last event.
    private var idleLosses = 0
    /// Whether it was announced that reads lag.
    private var isLagging = false

    /// A request was answered.
    mutating func succeeded() { (self.failures, self.serverErrors) = (0, 0) }

    /// It goes on from where it was.
    ///
    /// - Returns: whether that ends an interruption.
    mutating func resumed() -> Bool {
        defer { self.isInterrupted = false }
        return self.isInterrupted
    }

    /// A request has failed.
    ///
    /// - Returns: the number of the attempt; nil if there should be no more of them.
    mutating func failed(_ code: PhotonPumpError.Code) -> Int? {
        self.serverErrors = code == .serverError ? self.serverErrors + 1 : 0
        return self.serverErrors < Self.mostServerErrors ? self.interrupted() : nil
    }

    /// Nothing more is pushed. If a server confirms and drops with no event in between, it must not be asked ever faster.
    ///
    /// - Returns: the number of the attempt.
    mutating func lost() -> Int {
        self.failures = self.idleLosses
        self.idleLosses += 1
        return self.interrupted()
    }

    private mutating func interrupted() -> Int {
        self.failures += 1
        self.isInterrupted = true
        return self.failures
    }

    /// An event was taken.
    mutating func progressed() { self.idleLosses = 0 }

    /// Reads do not return what was confirmed.
    ///
    /// - Returns: whether to announce it now.
    mutating func fellShort() -> Bool {
        self.rereads += 1
        guard self.rereads >= Self.tacitRereads, !self.isLagging else { return false }
        self.isLagging = true
        return true
    }

    /// Reads return what was confirmed, or it does not matter any more.
    ///
    /// - Returns: whether it was announced that they do not.
    @discardableResult
    mutating func caughtUp() -> Bool {
        self.rereads = 0
        defer { self.isLagging = false }
        return self.isLagging
    }

    /// A node that is not the master knows only of an end that is too early.
    ///
    /// - Returns: whether to ask again.
    mutating func doubted() -> Bool {
        self.rereads += 1
        return self.rereads < Self.mostDoubts
    }
}

extension PhotonPumpError.Code {
    /// Whether the cause of this failure may go away by itself.
    var isPassing: Bool {
        [.timedOut, .connectionLost, .notHandled, .serverTimeout, .serverError, .subscriptionDropped].contains(self)
    }
}
