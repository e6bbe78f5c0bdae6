#if HTTP
    internal import CCurl
    internal import PhotonPumpTransport

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

        /// libcurl copies the bytes.
        func set(_ option: CURLoption, bytes: [UInt8]) throws(HTTPFailure) {
            try self.check(
                bytes.withUnsafeBytes { photonpump_curl_set_bytes(self.handle, option, $0.baseAddress, $0.count) })
        }

        /// Has the request carry these bytes, which libcurl copies.
        func setBody(_ bytes: [UInt8]) throws(HTTPFailure) {
            try self.set(CURLOPT_POST, 1)
            try self.set(CURLOPT_POSTFIELDSIZE, bytes.count)
            // Its type says that libcurl may change what is there, which it does not.
            try self.check(
                bytes.withUnsafeBytes {
                    photonpump_curl_set_context(
                        self.handle, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: $0.baseAddress))
                })
        }

        func set(_ option: CURLoption, list: [String]) throws(HTTPFailure) {
            try self.check(photonpump_curl_set_list(self.handle, option, self.lists.make(list)))
        }

        /// Has OpenSSL itself check whom the server's certificate is for, as it does for TCP connections: libcurl would
        /// also take the subject of a certificate without names. Where libcurl does without OpenSSL it decides alone.
        func expect(_ name: ExpectedHost) throws(HTTPFailure) {
            guard Self.usesOpenSSL else { return }
            try self.check(
                photonpump_curl_set_tls_made(self.handle, CURLOPT_SSL_CTX_FUNCTION) { _, tls, context in
                    let name = context.map { Unmanaged<ExpectedHost>.fromOpaque($0).takeUnretainedValue().name }
                    guard let name, let tls, ExpectedName.set(name, of: tls) != nil else {
                        return CURLE_SSL_CONNECT_ERROR
                    }
                    return CURLE_OK
                }
            )
            try self.check(
                photonpump_curl_set_context(
                    self.handle, CURLOPT_SSL_CTX_DATA, Unmanaged.passUnretained(name).toOpaque()))
        }

        /// Of the version whose functions are called here.
        private static let usesOpenSSL: Bool = {
            guard let version = photonpump_curl_tls_library() else { return false }
            return String(cString: version).hasPrefix("OpenSSL/3")
        }()

        /// Blocks until the transfer has ended.
        func perform(into answer: CurlAnswer, over sockets: CurlSockets) throws(HTTPFailure) -> CURLcode {
            // libcurl holds these addresses only while this function runs, and the caller keeps both objects alive.
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
            try self.check(
                photonpump_curl_set_opened(self.handle, CURLOPT_SOCKOPTFUNCTION) { context, descriptor, _ in
                    let sockets = context.map { Unmanaged<CurlSockets>.fromOpaque($0).takeUnretainedValue() }
                    return sockets?.add(descriptor) == true ? CURL_SOCKOPT_OK : CURL_SOCKOPT_ERROR
                }
            )
            try self.check(
                photonpump_curl_set_context(
                    self.handle, CURLOPT_SOCKOPTDATA, Unmanaged.passUnretained(sockets).toOpaque()))
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
            if code != CURLE_OK {
                throw HTTPFailure(description: "libcurl: \(String(cString: curl_easy_strerror(code)))")
            }
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

    /// Whom a certificate must be for. It must live as long as the transfer.
    final class ExpectedHost {
        let name: String

        init(_ name: String) {
            self.name = name
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
#endif
