internal import Dispatch
internal import Synchronization

#if HTTP
    /// Makes requests with libcurl, which blocks, on threads of its own.
    final class CurlGetter: HTTPGetter {
        /// How many requests there can be at once. A round of gossip must get to servers that answer although many
        /// others are silent for as long as they may.
        static let laneCount = 16

        private struct Lane {
            /// A serial queue has a thread only while it has work. (On Linux, blocking work on a concurrent queue or an
            /// operation queue takes threads away from tasks.)
            let queue = DispatchQueue(label: "photonpump.http")
            var load = 0
        }

        private let lanes = Mutex((0..<CurlGetter.laneCount).map { _ in Lane() })
        /// Where transfers are ended that libcurl does not end in time, and how long it has to do so.
        private static let limits = DispatchQueue(label: "photonpump.http.limits")
        private static let grace = 0.25

        func get(_ request: HTTPRequest) async throws -> HTTPResponse {
            let outcome = Outcome<HTTPResponse>()
            let sockets = CurlSockets()
            let (lane, queue) = self.enter()
            queue.async {
                defer { self.leave(lane) }
                // The task may be cancelled while this waits for its turn, and later, too.
                guard !outcome.isResolved else { return }
                let transfer = CurlTransfer(request, sockets)
                let limit = DispatchWorkItem { sockets.abandon() }
                Self.limits.asyncAfter(deadline: .now() + request.timeout / .seconds(1) + Self.grace, execute: limit)
                let result = Result { try transfer.perform { outcome.isResolved } }
                limit.cancel()
                sockets.release()
                outcome.resolve(result)
            }
            return try await withTaskCancellationHandler {
                try await outcome.wait()
            } onCancel: {
                sockets.abandon()
            }
        }

        /// The lane with the fewest requests.
        private func enter() -> (Int, DispatchQueue) {
            self.lanes.withLock { lanes in
                let lane = lanes.indices.min { lanes[$0].load < lanes[$1].load } ?? 0
                lanes[lane].load += 1
                return (lane, lanes[lane].queue)
            }
        }

        private func leave(_ lane: Int) {
            self.lanes.withLock { $0[lane].load -= 1 }
        }
    }
#else
    /// Stands for libcurl, which is not there.
    struct CurlGetter: HTTPGetter {
        func get(_ request: HTTPRequest) async throws -> HTTPResponse {
            throw HTTPFailure(
                description: "this program was built without the trait HTTP of PhotonPump", isPermanent: true)
        }
    }
#endif
