import Foundation
import PhotonPump
import Testing

/// What became of a worker's calls.
struct Journal {
    /// A write that the server has said to have made.
    struct Write {
        let stream: String
        let firstNumber: Int64
        let ids: [UUID]
    }

    /// In the order they were made.
    private(set) var acknowledged: [Write] = []
    /// Of writes that may have been made, by streams.
    private(set) var uncertain: [String: Set<UUID>] = [:]
    /// How many calls were made, and how many ended how: `ok`, or with which error.
    private(set) var calls = 0
    private(set) var outcomes: [String: Int] = [:]
    private(set) var longest = Duration.zero

    /// Makes a call, which may fail only in the ways a call can while the server is away.
    mutating func call<Output>(_ body: () async throws -> Output) async throws -> Result<Output, PhotonPumpError> {
        self.calls += 1
        let began = ContinuousClock.now
        defer { self.longest = max(self.longest, .now - began) }
        do {
            let output = try await body()
            self.outcomes["ok", default: 0] += 1
            return .success(output)
        } catch let error as PhotonPumpError {
            self.outcomes[error.code.description, default: 0] += 1
            if ![.timedOut, .connectionLost].contains(error.code) { Issue.record(error) }
            return .failure(error)
        }
    }

    mutating func wrote(_ ids: [UUID], _ result: WriteResult) {
        #expect(result.lastEventNumber - result.firstEventNumber == Int64(ids.count) - 1)
        self.acknowledged.append(Write(stream: result.stream, firstNumber: result.firstEventNumber, ids: ids))
    }

    mutating func failed(_ ids: [UUID], to stream: String, _ error: PhotonPumpError) {
        if error.mayHaveBeenApplied { self.uncertain[stream, default: []].formUnion(ids) }
    }
}
