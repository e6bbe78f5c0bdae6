import PhotonPump

/// One run of `pump copy`.
struct CopyRun {
    /// How much may have to be looked at again after a run was killed.
    private static let eventsPerPlace = 10_000
    private static let timePerPlace = Duration.milliseconds(500)

    private let command: CopyCommand
    private let source: Client
    private let target: Client
    private let writer: CopyWriter
    private var copied: Int64 = 0
    private var leftOut = 0
    private var place: CopyPlace?
    private var isVerified = false

    private var rules: MovingRules { self.command.rules }
    private var isAll: Bool { self.command.from == "$all" }
    private var placeStream: String {
        self.command.placeStream ?? "pump-copy-\(self.command.from)-to-\(self.command.to)"
    }

    init(_ command: CopyCommand, _ source: Client, _ target: Client, _ progress: ProgressLine) {
        self.command = command
        self.source = source
        self.target = target
        self.writer = CopyWriter(target, progress)
    }

    // MARK: Copying

    mutating func copy() async throws {
        var store = try await CopyPlaceStore(
            self.target, stream: self.placeStream, from: self.command.from, to: self.command.to)
        self.place = store.saved
        if let place { try await self.check(place) }
        let metadata = self.isAll ? nil : try await self.metadataStep()
        do {
            if self.isAll {
                try await self.copy(
                    self.source.iterAll(
                        from: self.place?.position, matching: self.command.filter.value(withMetadata: true),
                        resolveLinks: self.rules.links == .resolve), &store)
            } else {
                try await self.copy(
                    self.source.iter(
                        self.command.from, from: self.place?.number.map { .number($0 &+ 1) },
                        resolveLinks: self.rules.links == .resolve), &store)
                // Its limits come last.
                if let metadata { try await self.carryOut(metadata) }
            }
        } catch {
            // What is under way is finished, and found again the next time; the error that there was is what counts.
            let (writer, saved) = (self.writer, store)
            await Task {
                var store = saved
                try? await writer.settle()
                if let place = await writer.place { try? await store.save(place) }
            }.value
            throw error
        }
    }

    /// - Throws: ``InputError`` if the place is not one of this source.
    private func check(_ place: CopyPlace) async throws {
        let found: ResolvedEvent?
        if let position = place.position {
            found = try await self.source.getAll(from: position, maxCount: 1, resolveLinks: false).events.first
        } else {
            let number = place.number ?? 0
            found = try await self.source.get(
                self.command.from, from: .number(number), maxCount: 1, resolveLinks: false
            ).events.first
        }
        // What is gone meanwhile cannot be recognised.
        guard let found, place.covers(found), found.received.id != place.id else { return }
        throw InputError(
            "the place in '\(self.placeStream)' is that of another source: name another stream with --place")
    }

    private mutating func copy<Events: AsyncSequence>(_ events: Events, _ store: inout CopyPlaceStore) async throws
    where Events.Element == ResolvedEvent {
        let writer = self.writer
        var numbering = Numbering(self.rules.numbers, self.target)
        var batch: CopyBatch?
        let clock = ContinuousClock()
        var (saved, pending) = (clock.now, 0)
        let before = self.place
        let total = before?.copied ?? 0
        for try await event in events {
            // Reading all streams begins with the last one that was read.
            if let before, before.covers(event) { continue }
            let step = try self.rules.step(for: event)
            if case .write(let new) = step {
                let stream = self.isAll ? event.received.stream : self.command.to
                let number = try await numbering.number(for: new, of: stream, numbered: event.received.number) {
                    if let batch { try await writer.write(batch) }
                    batch = nil
                    try await writer.settle()
                }
                self.copied += 1
                let place = self.place(of: event, total)
                if batch?.add(new, number: number, of: stream, at: place) != true {
                    if let batch { try await writer.write(batch) }
                    batch = CopyBatch(new, number: number, of: stream, at: place)
                }
            } else if case .leaveOut = step {
                self.leftOut += 1
            } else {
                // It comes after what is before it, and before what is after it, whatever happens.
                if let batch { try await writer.write(batch) }
                batch = nil
                try await writer.settle()
                if let place = await writer.place { try await store.save(place) }
                try await self.carryOut(step)
                try await store.save(self.place(of: event, total))
            }
            self.place = self.place(of: event, total)
            pending += 1
            if pending >= Self.eventsPerPlace || clock.now - saved > Self.timePerPlace {
                if let place = await writer.place { try await store.save(place) }
                (saved, pending) = (clock.now, 0)
            }
        }
        if let batch { try await writer.write(batch) }
        try await writer.settle()
        if let place { try await store.save(place) }
    }

    private func place(of event: ResolvedEvent, _ total: Int64) -> CopyPlace {
        CopyPlace(event, from: self.command.from, to: self.command.to, copied: total + self.copied)
    }

    private func carryOut(_ step: MovingRules.Step) async throws {
        switch step {
        case .write, .leaveOut: break
        case .metadata(of: let stream, let event): try await self.write(event, asMetadataOf: stream)
        case .tombstone(let stream):
            do {
                try await self.target.tombstoneStream(stream)
            } catch let error as PhotonPumpError where error.code == .streamDeleted {}
        }
    }

    /// Of a single stream.
    private func metadataStep() async throws -> MovingRules.Step? {
        guard let metadata = try await self.source.getRawMetadata(of: self.command.from), metadata.data != "{}" else {
            return nil
        }
        return try self.rules.step(metadata: metadata, of: self.command.to)
    }

    /// Writes metadata unless it is the present one.
    private func write(_ event: NewEvent, asMetadataOf stream: String) async throws {
        let present = try await self.target.getRawMetadata(of: stream)
        if present?.id == event.id { return }
        try await self.target.publish(
            [event], to: StreamName.metadata(of: stream),
            expecting: present.map { .version($0.number) } ?? .noStream)
    }

    // MARK: Verifying

    /// - Throws: ``InputError`` if something is not as it should be.
    mutating func verify() async throws {
        guard let place else { return }
        let rules = self.rules
        let metadata = MetadataComparison(self.source, self.target)
        var comparison = Comparison(
            order: self.isAll ? .log(mayHaveMore: true) : .stream, hasNumbers: rules.numbers == .keep, limit: 1)
        if self.isAll {
            let filter = self.command.filter.value(withMetadata: true)
            let events = self.source.iterAll(matching: filter, resolveLinks: rules.links == .resolve)
            var left = MovedEvents(events, rules: rules, upTo: place, metadata)
            var right = MovedEvents(self.target.iterAll(resolveLinks: false))
            try await comparison.run(&left, &right)
        } else {
            let events = self.source.iter(self.command.from, resolveLinks: rules.links == .resolve)
            var left = MovedEvents(events, rules: rules, upTo: place, metadata)
            var right = MovedEvents(self.target.iter(self.command.to, resolveLinks: false))
            try await comparison.run(&left, &right)
            if rules.metadata == .copy { try await metadata.compare(self.command.from, self.command.to) }
        }
        if let difference = comparison.differences.first {
            if self.isAll, try await self.isElsewhere(difference) {
                let event = difference.event
                throw InputError(
                    "copied, but the target's log has another order: \(event.number)@\(event.stream) was there before; "
                        + "compare such streams one by one with pump diff, and give --no-verify here")
            }
            throw InputError("source and target differ after the copy: \(difference.text)")
        }
        self.isVerified = true
    }

    /// Whether the target has an event after all, before those that it was looked for behind.
    private func isElsewhere(_ difference: Difference) async throws -> Bool {
        let missing = difference.event
        guard difference.kind == .onlyInFirst, self.rules.numbers == .keep, !missing.isTombstone else { return false }
        do {
            let found = try await self.target.getEvent(missing.number, in: missing.stream, resolveLinks: false)
            return NewEvent(copying: found.received) == missing.event
        } catch let error as PhotonPumpError
            where [.eventNotFound, .streamNotFound, .streamDeleted].contains(error.code)
        {
            return false
        }
    }

    // MARK: Saying

    var text: String {
        let (from, to) = (self.command.from, self.command.to)
        let left = self.leftOut == 0 ? "" : ", \(self.leftOut) left out"
        let verified = self.isVerified ? "; source and target are equal" : ""
        return
            "\(self.copied) events copied from \(from) to \(to)\(left)\(verified) (place kept in \(self.placeStream))"
    }

    var json: JSON {
        .object([
            ("from", .string(self.command.from)), ("to", .string(self.command.to)), ("copied", .integer(self.copied)),
            ("total", JSON(self.place?.copied)), ("leftOut", .integer(Int64(self.leftOut))),
            ("isVerified", .bool(self.isVerified)), ("placeStream", .string(self.placeStream)),
        ])
    }
}
