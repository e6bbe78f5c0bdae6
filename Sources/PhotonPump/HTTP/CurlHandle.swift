internal import CCurl

/// A libcurl transfer for one request. It owns the C objects involved.
struct CurlHandle: ~Copyable {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let handle: UnsafeMutableRawPointer
    private let lists: CurlLists
    /// Where libcurl writes its error message; must outlive the handle.
    private let words: UnsafeMutablePointer<CChar>

    init() throws(HTTPFailure) {
        guard Self.isReady, let handle = curl_easy_init() else {
            throw HTTPFailure(description: "libcurl cannot be used")
        }
        self.handle = handle
        self.lists = CurlLists()
        self.words = .allocate(capacity: Int(CURL_ERROR_SIZE))
        self.words.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // If this fails, the message stays empty.
        _ = photonpump_curl_set_context(handle, CURLOPT_ERRORBUFFER, self.words)
    }

    deinit {
        curl_easy_cleanup(self.handle)
        self.lists.free()
        self.words.deallocate()
    }

    func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
        try self.check(photonpump_curl_set_number(self.handle, option, value))
    }

    /// libcurl copies the text.
    func set(_ option: CURLoption, _ value: String?) throws(HTTPFailure) {
        try self.check(photonpump_curl_set_text(self.handle, option, value))
    }

    func set(_ option: CURLoption, list: [String]) throws(HTTPFailure) {
        try self.check(photonpump_curl_set_list(self.handle, option, self.lists.make(list)))
    }

    /// Blocks until the transfer has ended.
    func perform(into answer: CurlAnswer) throws(HTTPFailure) -> CURLcode {
        // libcurl holds the answer's address only while this function runs, and the caller keeps the answer alive.
        let context = Unmanaged.passUnretained(answer).toOpaque()
        try self.check(
            photonpump_curl_set_receive(self.handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                CurlHandle.receive(bytes, size * count, context, isBody: true)
            }
        )
        try self.check(photonpump_curl_set_context(self.handle, CURLOPT_WRITEDATA, context))
        try self.check(
            photonpump_curl_set_receive(self.handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                CurlHandle.receive(bytes, size * count, context, isBody: false)
            }
        )
        try self.check(photonpump_curl_set_context(self.handle, CURLOPT_HEADERDATA, context))
        try self.check(
            photonpump_curl_set_progress(self.handle, CURLOPT_XFERINFOFUNCTION) { context, _, _, _, _ in
                CurlHandle.answer(context)?.isCancelled() == true ? 1 : 0
            }
        )
        try self.check(photonpump_curl_set_context(self.handle, CURLOPT_XFERINFODATA, context))
        try self.set(CURLOPT_NOPROGRESS, 0)
        return curl_easy_perform(self.handle)
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return photonpump_curl_get_number(self.handle, info, &value) == CURLE_OK ? value : 0
    }

    /// The error in libcurl's words.
    func reason(_ code: CURLcode) -> String {
        self.words.pointee == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: self.words)
    }

    private func check(_ code: CURLcode) throws(HTTPFailure) {
        if code != CURLE_OK { throw HTTPFailure(description: "libcurl: \(String(cString: curl_easy_strerror(code)))") }
    }

    private static func answer(_ context: UnsafeMutableRawPointer?) -> CurlAnswer? {
        context.map { Unmanaged<CurlAnswer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Returning anything but the number of bytes ends the transfer.
    private static func receive(
        _ bytes: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        isBody: Bool
    ) -> Int {
        let bytes = UnsafeRawBufferPointer(start: bytes, count: count)
        return self.answer(context)?.receive(bytes, isBody: isBody) == true ? count : -1
    }
}

/// The lists of a handle, which must outlive it.
private final class CurlLists {
    private var lists: [UnsafeMutablePointer<curl_slist>] = []

    /// nil for an empty list, and if memory runs out.
    func make(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for text in texts { list = curl_slist_append(list, text) ?? list }
        if let list { self.lists.append(list) }
        return list
    }

    func free() {
        for list in self.lists { curl_slist_free_all(list) }
    }
}
