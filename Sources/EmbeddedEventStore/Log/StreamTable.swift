internal import PhotonPumpWire

/// What is known about each stream that was ever written to or described, by its name and by its place in this table,
/// which never changes: whoever has much to do with a stream looks its name up once.
struct StreamTable {
    private var places: [StreamName: Int] = [:]
    private var histories: [StreamHistory] = []

    /// Nil for a stream that nothing is known about.
    func place(of stream: StreamName) -> Int? { self.places[stream] }

    subscript(stream: StreamName) -> StreamHistory? { self.places[stream].map { self.histories[$0] } }

    subscript(place: Int) -> StreamHistory {
        get { self.histories[place] }
        _modify { yield &self.histories[place] }
    }

    /// The place of a stream, known so far or not.
    mutating func makePlace(of stream: StreamName) -> Int {
        if let place = self.places[stream] { return place }
        // The name may be a part of a request, which would be kept with it.
        let name = StreamName(stream.bytes.withUnsafeBytes { Bytes(copying: $0) })
        self.places[name] = self.histories.count
        self.histories.append(StreamHistory())
        return self.histories.count - 1
    }
}
