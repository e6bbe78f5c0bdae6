import PhotonPumpWire
import Testing

@testable import PhotonPump

@Suite("A transaction's conversations")
struct TransactionTests {
    private let events = [NewEvent(type: "t", data: Payload("{}"), isJSON: true)]

    @Test("beginning a transaction gives its id")
    func start() throws {
        let start = try StartTransaction("ponies", expecting: .version(4), requireMaster: true)
        let message = try #require(start.request.message as? TransactionStart)
        #expect(message == TransactionStart(stream: "ponies", expectedVersion: 4, requireMaster: true))
        #expect(try start.received(TransactionStartCompleted(transactionID: 77, result: .success)).result.get() == 77)
        let denied = start.received(TransactionStartCompleted(transactionID: -1, result: .accessDenied))
        #expect(denied.error?.code == .accessDenied)
    }

    @Test("a write to a transaction is not to be repeated")
    func write() throws {
        let limits = WriteLimits(maximumFrameSize: 64 << 20)
        let write = try WriteToTransaction(self.events, to: 77, on: "ponies", requireMaster: true, limits: limits)
        let message = try #require(write.request.message as? TransactionWrite)
        #expect((message.transactionID, message.events.count) == (77, 1))
        #expect(write.effect == .once)
        #expect(write.received(TransactionWriteCompleted(transactionID: 77, result: .success)).error == nil)
        let timeout = write.received(TransactionWriteCompleted(transactionID: 77, result: .prepareTimeout))
        #expect(timeout.error?.code == .serverTimeout)
    }

    @Test("committing a transaction gives its events' numbers")
    func commit() throws {
        let commit = CommitTransaction(77, on: "ponies", expecting: .version(4), requireMaster: true)
        let reply = TransactionCommitCompleted(
            transactionID: 77, result: .success, firstEventNumber: 5, lastEventNumber: 6, preparePosition: 90,
            commitPosition: 100
        )
        let result = try commit.received(reply).result.get()
        #expect((result.firstEventNumber, result.lastEventNumber) == (5, 6))
        #expect(result.position == Position(commit: 100, prepare: 90))
    }

    @Test(
        "a commit that fails gives each failure its code",
        arguments: [
            (OperationResult.wrongExpectedVersion, PhotonPumpError.Code.wrongExpectedVersion),
            (.streamDeleted, .streamDeleted), (.accessDenied, .accessDenied), (.invalidTransaction, .serverError),
        ]
    )
    func failures(result: OperationResult, code: PhotonPumpError.Code) {
        for expected in [ExpectedVersion.version(4), nil] {
            let commit = CommitTransaction(77, on: "ponies", expecting: expected, requireMaster: true)
            let error = commit.received(TransactionCommitCompleted(transactionID: 77, result: result)).error
            #expect(error?.code == code)
            #expect(error?.stream == "ponies")
        }
    }
}
