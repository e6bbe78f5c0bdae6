#if !canImport(Darwin)
    internal import PhotonPumpSystem

    /// The system keeps the descriptors, so that one that is ready costs the same among a thousand as alone.
    final class Epoll: ReadinessSet {
        /// How many are reported at a time; the others come next.
        private static let reportedAtOnce = 64
        /// By what the system reports ``alarm``.
        private static let alarmNumber = UInt64.max

        private let descriptor: CInt
        private let alarm: WakeUpPipe

        init() throws(SocketError) {
            self.alarm = try WakeUpPipe()
            self.descriptor = try systemCall("epoll_create1") { epoll_create1(CInt(EPOLL_CLOEXEC)) }
            try self.change([], to: .reading, at: self.alarm.readEnd, number: Self.alarmNumber)
        }

        deinit {
            close(self.descriptor)
        }

        func change(
            _ former: Readiness, to interest: Readiness, at descriptor: CInt, number: UInt64
        ) throws(SocketError) {
            let operation: CInt
            // One of no interest is taken out: it would be reported when it breaks, again and again.
            switch (former.isEmpty, interest.isEmpty) {
            case (true, true): return
            case (true, false): operation = EPOLL_CTL_ADD
            case (false, false): operation = EPOLL_CTL_MOD
            case (false, true): operation = EPOLL_CTL_DEL
            }
            // The bits of poll have the same meaning here.
            var event = epoll_event(
                events: UInt32(UInt16(bitPattern: interest.rawValue)), data: epoll_data_t(u64: number))
            _ = try systemCall("epoll_ctl") { epoll_ctl(self.descriptor, operation, descriptor, &event) }
        }

        func wake() { self.alarm.signal() }

        func wait(_ ready: (_ number: UInt64, _ readiness: Readiness) -> Void) {
            withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.reportedAtOnce) { events in
                let count = epoll_wait(self.descriptor, events.baseAddress, CInt(events.count), -1)
                // Nothing but a signal ends it early.
                for event in events.prefix(Int(max(count, 0))) {
                    if event.data.u64 == Self.alarmNumber {
                        self.alarm.drain()
                    } else {
                        ready(event.data.u64, Readiness(rawValue: Int16(truncatingIfNeeded: event.events)))
                    }
                }
            }
        }
    }
#endif
