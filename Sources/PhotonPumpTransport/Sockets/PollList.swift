internal import PhotonPumpSystem
internal import Synchronization

/// The descriptors are told to the system with each wait, as every system understands.
final class PollList: ReadinessSet {
    private struct State {
        var entries: [UInt64: pollfd] = [:]
        /// Of ``entries``, as they were told last; nil once they have changed.
        var told: (numbers: [UInt64], descriptors: [pollfd])?
    }

    private let alarm: WakeUpPipe
    private let state = Mutex(State())

    init() throws(SocketError) {
        self.alarm = try WakeUpPipe()
    }

    func change(_ former: Readiness, to interest: Readiness, at descriptor: CInt, number: UInt64) {
        self.state.withLock { state in
            // One of no interest is taken out: it would be reported when it breaks, again and again.
            state.entries[number] =
                interest.isEmpty ? nil : pollfd(fd: descriptor, events: interest.rawValue, revents: 0)
            state.told = nil
        }
        self.alarm.signal()
    }

    func wake() { self.alarm.signal() }

    func wait(_ ready: (_ number: UInt64, _ readiness: Readiness) -> Void) {
        let alarm = pollfd(fd: self.alarm.readEnd, events: Readiness.reading.rawValue, revents: 0)
        var (numbers, descriptors) = self.state.withLock { state in
            let told = state.told ?? (Array(state.entries.keys), [alarm] + state.entries.values)
            state.told = told
            return told
        }
        guard poll(&descriptors, nfds_t(descriptors.count), -1) > 0 else {
            // An interrupted wait is repeated at once; one that the system refuses (it is out of memory, say) a little
            // later.
            if Platform.errorNumber != EINTR { usleep(100_000) }
            return
        }
        if descriptors[0].revents != 0 { self.alarm.drain() }
        for (number, descriptor) in zip(numbers, descriptors.dropFirst()) where descriptor.revents != 0 {
            ready(number, Readiness(rawValue: descriptor.revents))
        }
    }
}
