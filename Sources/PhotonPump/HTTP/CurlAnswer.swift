/// Collects what arrives, up to a limit. Used only by the thread that the transfer blocks.
final class CurlAnswer {
    /// By names in lower case; only those of the last header, where a server sends others before it.
    private(set) var headers: [String: String] = [:]
    private(set) var body: [UInt8] = []
    private(set) var isTooLong = false
    private var remaining: Int
    let isCancelled: () -> Bool

    init(limit: Int, isCancelled: @escaping () -> Bool) {
        self.remaining = limit
        self.isCancelled = isCancelled
    }

    /// - Returns: false if that is too much.
    func receive(_ bytes: UnsafeRawBufferPointer, isBody: Bool) -> Bool {
        guard bytes.count <= self.remaining else {
            self.isTooLong = true
            return false
        }
        self.remaining -= bytes.count
        if isBody { self.body.append(contentsOf: bytes) } else { self.note(String(decoding: bytes, as: UTF8.self)) }
        return true
    }

    private func note(_ line: String) {
        if line.hasPrefix("HTTP/") { self.headers = [:] }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { !$0.isNewline }
        self.headers[line[..<colon].lowercased()] = String(value)
    }
}
