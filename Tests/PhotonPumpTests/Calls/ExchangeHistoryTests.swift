import Testing

@testable import PhotonPump

@Suite("The history of a request")
struct ExchangeHistoryTests {
    private let history = ExchangeHistory()

    @Test("the history of a request leaves its outcome open from when it is sent until it is refused")
    func refused() {
        #expect(!self.history.isOpen)
        self.history.sent()
        #expect(self.history.isOpen)
        self.history.refused()
        #expect(!self.history.isOpen)
        self.history.sent()
        #expect(self.history.isOpen)
        self.history.refused()
        #expect(!self.history.isOpen)
    }

    @Test("the history of a request leaves it open for good after a lost answer")
    func lost() {
        self.history.sent()
        _ = self.history.lostAnswer()
        self.history.sent()
        self.history.refused()
        #expect(self.history.isOpen)
    }

    @Test("the history of a request leaves it open for good after the server has given up waiting")
    func unfinished() {
        self.history.sent()
        self.history.unfinished(PhotonPumpError(.serverTimeout, "the commit takes too long"))
        self.history.sent()
        self.history.refused()
        #expect(self.history.isOpen)
    }
}
