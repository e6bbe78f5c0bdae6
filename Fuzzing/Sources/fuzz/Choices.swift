import PhotonPumpWire

/// An input, taken for a list of choices. When it is used up, all others are 0.
struct Choices {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isEmpty: Bool { self.position >= self.bytes.count }

    mutating func byte() -> UInt8 {
        guard !self.isEmpty else { return 0 }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    mutating func flag() -> Bool { self.byte() & 1 == 1 }

    /// A number below a limit of at most 256.
    mutating func number(below limit: Int) -> Int { limit > 0 ? Int(self.byte()) % limit : 0 }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + self.number(below: range.count)
    }

    /// Small numbers, and some at the edges.
    mutating func int64() -> Int64 {
        switch self.byte() {
        case 255: .max
        case 254: .min
        case 253: .max - Int64(self.byte())
        case 252: -1 - Int64(self.byte())
        case 251: Int64(self.byte()) << 56 | Int64(self.byte())
        case let byte: Int64(byte)
        }
    }

    mutating func element<Element>(of elements: [Element]) -> Element { elements[self.number(below: elements.count)] }

    /// The next bytes, up to this many.
    mutating func bytes(atMost count: Int) -> UnsafeRawBufferPointer {
        let end = min(self.bytes.count, self.position + count)
        defer { self.position = end }
        return UnsafeRawBufferPointer(rebasing: self.bytes[min(self.position, end)..<end])
    }

    /// All that is left.
    mutating func rest() -> UnsafeRawBufferPointer { self.bytes(atMost: self.bytes.count) }
}

extension UnsafeRawBufferPointer {
    var text: String { String(decoding: self, as: UTF8.self) }
}

/// Something that must be so, whatever the input.
func check(_ condition: Bool, _ problem: @autoclosure () -> String, line: Int = #line, file: String = #fileID) {
    guard !condition else { return }
    report(problem(), line: line, file: file)
}

func report(_ problem: String, line: Int = #line, file: String = #fileID) -> Never {
    fatalError("\(file):\(line): \(problem)")
}
