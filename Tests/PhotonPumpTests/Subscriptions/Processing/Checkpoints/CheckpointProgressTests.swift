import Testing

@testable import PhotonPump

@Suite("How far events are dealt with")
struct CheckpointProgressTests {
    /// Places 0, 10, 20, …, as numbers from 1 on.
    private static func progress(begun count: Int64, every interval: Int = 1) -> CheckpointProgress<Int64> {
        var progress = CheckpointProgress<Int64>(every: interval)
        for index in 0..<count { #expect(progress.began(at: index * 10) == Int(index) + 1) }
        return progress
    }

    @Test("how far events are dealt with is nowhere before the first event has finished")
    func nowhere() {
        var progress = Self.progress(begun: 2)
        #expect(progress.checkpoint == nil)
        progress.finished(2)
        #expect(progress.checkpoint == nil)
        #expect(progress.startSaving(isLast: true) == nil)
    }

    @Test("how far events are dealt with goes up to the first event that has not finished, whatever has behind it")
    func contiguous() {
        var progress = Self.progress(begun: 4)
        progress.finished(1)
        #expect(progress.checkpoint == .after(0))
        progress.finished(3)
        progress.finished(4)
        #expect(progress.checkpoint == .after(0))
        progress.finished(2)
        #expect(progress.checkpoint == .after(30))
    }

    @Test("how far events are dealt with remembers only what has not finished, however much has behind it")
    func bounded() {
        var progress = Self.progress(begun: 1)
        for place in 1...1_000 as ClosedRange<Int64> {
            progress.finished(progress.began(at: place * 10))
            #expect(progress.unfinishedCount == 1)
        }
        progress.finished(1)
        #expect(progress.checkpoint == .after(10_000))
        #expect(progress.unfinishedCount == 0)
    }

    @Test(
        "how far events are dealt with passes over what holds no event, but not before what is ahead of it has finished"
    )
    func passedOver() {
        var progress = CheckpointProgress<Int64>(every: 1)
        progress.reached(.from(5))
        #expect(progress.checkpoint == .from(5))
        let number = progress.began(at: 7)
        progress.reached(.from(100))
        #expect(progress.checkpoint == .from(5))
        progress.finished(number)
        #expect(progress.checkpoint == .from(100))
    }

    @Test("how far events are dealt with ignores an event that finishes twice")
    func twice() {
        var progress = Self.progress(begun: 2)
        progress.finished(1)
        progress.finished(1)
        #expect(progress.checkpoint == .after(0))
        #expect(progress.unfinishedCount == 1)
    }

    @Test(
        "how far events are dealt with is saved at once the first time, then after so many events, one save at a time")
    func byCount() {
        var progress = Self.progress(begun: 6, every: 3)
        progress.finished(1)
        #expect(progress.startSaving() == .after(0))
        for number in 2...4 { progress.finished(number) }
        #expect(progress.startSaving() == nil)
        progress.didSave()
        #expect(progress.startSaving() == .after(30))
        progress.didSave()
        for number in 5...6 { progress.finished(number) }
        #expect(progress.startSaving() == nil)
        #expect(progress.startSaving(isLast: true) == .after(50))
        progress.didSave()
        #expect(progress.startSaving(isLast: true) == nil)
    }

    @Test("how far events are dealt with is saved when its time has come, unless it is saved already")
    func byTime() {
        var progress = Self.progress(begun: 3, every: 100)
        progress.finished(1)
        #expect(progress.startSaving() == .after(0))
        progress.didSave()
        progress.timePassed()
        #expect(progress.startSaving() == nil)
        progress.finished(2)
        #expect(progress.startSaving() == .after(10))
        progress.didSave()
        progress.finished(3)
        #expect(progress.startSaving() == nil)
    }

    @Test(
        "how far events are dealt with is saved as soon as a slow event lets it, if so many others have finished meanwhile"
    )
    func heldUp() {
        var progress = Self.progress(begun: 5, every: 3)
        progress.finished(1)
        #expect(progress.startSaving() == .after(0))
        progress.didSave()
        for number in 3...5 { progress.finished(number) }
        #expect(progress.startSaving() == nil)
        progress.finished(2)
        #expect(progress.startSaving() == .after(40))
    }
}
