/// How many events a reading asks for at once, by the bytes that came before; pure.
///
/// A server puts as many events into a page as it was asked for, whatever their size, and ends a connection that has
/// more than about 10 MiB to send at the next package for it. So the first page of events of unknown size is a short one,
/// and each further one is meant to take no more than ``target``, as if its events were like those of the page before.
struct PageSize {
    /// The events in the first page.
    static let first: Int32 = 32
    /// How many times as large a page may be as the one before: events may not be what they were.
    private static let growth: Int64 = 4
    /// After this many pages, a size that was divided because connections were lost may double.
    private static let patience = 16

    /// The bytes that a page should take at most.
    let target: Int
    /// What may be asked for next.
    private var next: Int64 = Int64(Self.first)
    /// What must not be exceeded any more: a page of larger ones was larger than is taken.
    private var ceiling = Int64(Int32.max)
    /// What was asked for last.
    private(set) var asked: Int32 = 1
    /// How often the size is halved because connections were lost, for whatever reason.
    private var halvings = 0
    /// Connections lost in a row without a page in between.
    private var losses = 0
    /// Pages that have arrived since ``halvings`` changed.
    private var pages = 0

    init(target: Int = 4 << 20) {
        self.target = max(target, 1)
    }

    /// The number of events to ask for, 1 or more.
    ///
    /// - Parameter count: the most that are wanted.
    mutating func ask(_ count: Int32) -> Int32 {
        self.asked = max(1, Int32(min(Int64(count), self.next, self.ceiling) >> self.halvings))
        return self.asked
    }

    /// A page has arrived.
    mutating func arrived(events: Int, bytes: Int) {
        self.losses = 0
        self.pages += 1
        if self.halvings > 0, self.pages >= Self.patience {
            self.halvings -= 1
            self.pages = 0
        }
        guard events > 0 else { return }
        let fitting = Int64(self.target / max(1, bytes / events))
        self.next = max(1, min(fitting, max(Int64(self.asked), self.next) * Self.growth))
    }

    /// The page that was asked for takes so many bytes that it is not taken, or ended its connection.
    ///
    /// - Returns: false if it has but one event, so that nothing less can be asked for.
    mutating func wasTooLarge(bytes: Int) -> Bool {
        guard self.asked > 1 else { return false }
        let fitting = Int64(self.target) * Int64(self.asked) / Int64(max(bytes, 1))
        self.ceiling = max(1, min(fitting, Int64(self.asked) / 2))
        return true
    }

    /// The connection was lost before anything of the page arrived. A single loss may have other reasons.
    mutating func lost() {
        self.losses += 1
        guard self.losses > 1 else { return }
        self.halvings = min(self.halvings + 1, 12)
        self.pages = 0
    }
}
