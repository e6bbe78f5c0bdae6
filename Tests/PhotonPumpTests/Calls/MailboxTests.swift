import Testing

@testable import PhotonPump

@Suite("A mailbox", .timeLimit(.minutes(1)))
struct MailboxTests {
    @Test("a mailbox calls the actor once for all messages until it has left")
    func calledOnce() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.post(1))
        #expect(!mailbox.post(2))
        #expect(mailbox.takeAllOrLeave() == [1, 2])
        #expect(!mailbox.post(3), "the actor is still reading")
        #expect(mailbox.takeAllOrLeave() == [3])
        #expect(mailbox.takeAllOrLeave() == nil)
        #expect(mailbox.post(4))
    }

    @Test("a mailbox does not call an actor that reads of its own accord")
    func attended() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.attend() == [])
        #expect(!mailbox.post(1))
        #expect(mailbox.attend() == [1])
        #expect(!mailbox.post(2))
        #expect(mailbox.takeAllOrLeave() == [2])
        #expect(mailbox.takeAllOrLeave() == nil)
    }

    @Test("a mailbox loses nothing when many tasks post at once")
    func concurrentPosts() async {
        let mailbox = Mailbox<Int>()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for number in 0..<1000 { _ = mailbox.post(task * 1000 + number) } }
            }
        }
        #expect(mailbox.takeAllOrLeave()?.sorted() == Array(0..<8000))
    }
}
