import Testing

@testable import PhotonPump

@Suite("A mailbox")
struct MailboxTests {
    @Test("is announced once for all messages until they are taken")
    func announcedOnce() {
        let mailbox = Mailbox<Int>()
        #expect(mailbox.post(1))
        #expect(!mailbox.post(2))
        #expect(mailbox.takeAll() == [1, 2])
        #expect(mailbox.takeAll() == [])
        #expect(mailbox.post(3))
    }

    @Test("loses nothing when many tasks post at once")
    func concurrentPosts() async {
        let mailbox = Mailbox<Int>()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { for number in 0..<1000 { _ = mailbox.post(task * 1000 + number) } }
            }
        }
        #expect(mailbox.takeAll().sorted() == Array(0..<8000))
    }
}
