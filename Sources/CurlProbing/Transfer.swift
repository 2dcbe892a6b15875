import CCurl
import PrompterCore

/// An easy handle, and all that belongs to the call it makes. Only the loop's thread has it.
///
/// libcurl's callbacks get an unretained pointer to it. It is valid whenever they run: libcurl calls them only from within
/// `curl_multi_perform` and `curl_multi_remove_handle` for a handle that was added, and ``Transfers`` holds every transfer from
/// before it is added until after it is removed.
final class Transfer {
    let easy: UnsafeMutableRawPointer
    /// What the handle is used for now.
    private(set) var subject: (call: Call, reply: TransferLoop.Reply)?

    /// libcurl writes here for as long as the handle lives, so it is freed behind the handle.
    private let message = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    /// libcurl reads the list during the transfer, so it is freed behind it.
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var isHeadWhole = false
    private var isSent = false
    private var isSentAgain = false
    /// The certificates that the handle is set to trust; `nil` for the system's.
    private var authorities: [UInt8]?

    /// - Throws: ``HTTPClientError`` where memory is short.
    init(userAgent: String) throws(HTTPClientError) {
        guard let easy = curl_easy_init() else { throw HTTPClientError(CURLE_FAILED_INIT, "") }
        self.easy = easy
        message.pointee = 0
        try prepareOnce()
        try set(CURLOPT_USERAGENT, userAgent)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headerList)
        message.deallocate()
    }

    /// The transfer whose handle is `easy`.
    static func of(_ easy: UnsafeMutableRawPointer?) -> Transfer? {
        var context: UnsafeMutableRawPointer?
        prompterd_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
        return context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Makes the handle ready for `call`.
    ///
    /// - Throws: ``HTTPClientError`` where the request can't be sent as it is written.
    func prepare(_ call: Call, _ reply: TransferLoop.Reply) throws(HTTPClientError) {
        subject = (call, reply)
        let request = call.request
        try RequestSyntax.check(request)
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_UNIX_SOCKET_PATH, request.socket)
        try set(CURLOPT_FRESH_CONNECT, request.isOnNewConnection ? 1 : 0)
        try set(CURLOPT_HTTP_CONTENT_DECODING, call.isDecoded ? 1 : 0)
        for line in RequestSyntax.lines(of: request) {
            guard let longer = curl_slist_append(headerList, line) else {
                throw HTTPClientError(CURLE_OUT_OF_MEMORY, "")
            }
            headerList = longer
        }
        try check(prompterd_easy_set_list(easy, CURLOPT_HTTPHEADER, headerList))
        switch request.method {
        case .get:
            try set(CURLOPT_HTTPGET, 1)
        case .post:
            try set(CURLOPT_POST, 1)
            try set(CURLOPT_POSTFIELDSIZE, request.body.count)
            // libcurl copies as many bytes as the size before it says; it must get a place for none too, or it reads
            // standard input.
            let code = (request.body + [0]).withUnsafeBytes { bytes in
                let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                return prompterd_easy_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, start)
            }
            try check(code)
        }
        // 0 would mean no limit.
        try set(CURLOPT_TIMEOUT_MS, Int(min(max(request.timeout.milliseconds, 1), Int64(CInt.max))))
        // What goes to this machine in plain text may carry a credential, so no proxy may see it.
        try set(CURLOPT_PROXY, TransportSecurity.isPlainLoopback(url: request.url) ? "" : nil)
        if call.authorities != authorities { try trust(call.authorities) }
    }

    /// What came of the transfer, which ended with `code`.
    func answer(_ code: CURLcode) -> Call.Answer {
        guard !isTooLarge else {
            let bounds = "\(HTTPClient.largestBody) bytes, or its headers are longer than \(HTTPClient.largestHead)"
            return .failure(HTTPClientError(.tooLarge, "the response is longer than \(bounds)"))
        }
        guard !isSentAgain else {
            return .failure(HTTPClientError(.connection, "the connection closed before the first byte of a response"))
        }
        guard code == CURLE_OK else { return .failure(HTTPClientError(code, String(cString: message))) }
        // libcurl takes a connection that ends within the headers for the end of them.
        guard isHeadWhole else {
            return .failure(HTTPClientError(.connection, "the connection closed in the middle of the response headers"))
        }
        var status = 0
        var microseconds: curl_off_t = 0
        prompterd_easy_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        prompterd_easy_get_large(easy, CURLINFO_TOTAL_TIME_T, &microseconds)
        return .success(
            HTTPResponse(
                status: status, headers: ResponseHead.headers(in: head), body: body,
                duration: .microseconds(Int64(microseconds))))
    }

    /// Forgets the call. The handle keeps its options; ``prepare(_:_:)`` sets every one that differs between calls.
    func clear() {
        subject = nil
        prompterd_easy_set_list(easy, CURLOPT_HTTPHEADER, nil)
        curl_slist_free_all(headerList)
        headerList = nil
        prompterd_easy_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, nil)
        message.pointee = 0
        head = []
        body = []
        isTooLarge = false
        isHeadWhole = false
        isSent = false
        isSentAgain = false
    }

    private func prepareOnce() throws(HTTPClientError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_PRIVATE, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_PREREQDATA] {
            try check(prompterd_easy_set_pointer(easy, option, context))
        }
        try check(prompterd_easy_set_pointer(easy, CURLOPT_ERRORBUFFER, message))
        try check(
            prompterd_easy_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                Transfer.at(context).receiveBody(UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        try check(
            prompterd_easy_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                Transfer.at(context).receiveHead(UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        try check(prompterd_easy_set_prereq(easy) { context, _, _, _, _ in Transfer.at(context).allowSending() })
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try trust(nil)
        // Undoes whatever encoding libcurl knows, since some servers and proxies compress though nobody asked; the bound counts
        // what comes out of it.
        try set(CURLOPT_ACCEPT_ENCODING, "")
        try set(CURLOPT_NOSIGNAL, 1)
        // Without it the end of a call waits for getaddrinfo (https://curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html).
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    /// Trusts `certificates` alone, or the system's.
    ///
    /// The system's bundle takes milliseconds to read, so libcurl may keep it for its usual day, which it does only without
    /// a folder of authorities beside it.
    private func trust(_ certificates: [UInt8]?) throws(HTTPClientError) {
        let built = curl_version_info(CURLVERSION_SEVENTH).pointee
        let isSystems = certificates == nil
        try set(CURLOPT_CAINFO, isSystems ? built.cainfo.map { String(cString: $0) } : nil)
        try set(CURLOPT_CAPATH, isSystems && built.cainfo == nil ? built.capath.map { String(cString: $0) } : nil)
        try set(CURLOPT_CA_CACHE_TIMEOUT, isSystems ? 86400 : 0)
        if var bytes = certificates {
            // libcurl copies them before the call returns.
            let code = bytes.withUnsafeMutableBytes { bytes in
                var blob = curl_blob(data: bytes.baseAddress, len: bytes.count, flags: UInt32(CURL_BLOB_COPY))
                return prompterd_easy_set_pointer(easy, CURLOPT_CAINFO_BLOB, &blob)
            }
            try check(code)
        } else {
            try check(prompterd_easy_set_pointer(easy, CURLOPT_CAINFO_BLOB, nil))
        }
        authorities = certificates
    }

    private static func at(_ context: UnsafeMutableRawPointer?) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context!).takeUnretainedValue()
    }

    /// - Returns: how many bytes were taken; any other number than all of them ends the transfer
    ///   (https://curl.se/libcurl/c/CURLOPT_WRITEFUNCTION.html).
    private func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Int {
        isTooLarge = body.count + bytes.count > HTTPClient.largestBody
        if !isTooLarge { body.append(contentsOf: bytes) }
        return isTooLarge ? 0 : bytes.count
    }

    /// - Returns: as ``receiveBody(_:)``.
    private func receiveHead(_ bytes: UnsafeRawBufferPointer) -> Int {
        // Another status line: what came before only announced the answer (RFC 9110, section 15.2), and is no part of it.
        if isHeadWhole, bytes.starts(with: "HTTP/".utf8) {
            isHeadWhole = false
            head.removeAll(keepingCapacity: true)
        }
        if bytes.elementsEqual("\r\n".utf8) || bytes.elementsEqual("\n".utf8) { isHeadWhole = true }
        isTooLarge = head.count + bytes.count > HTTPClient.largestHead
        if !isTooLarge { head.append(contentsOf: bytes) }
        return isTooLarge ? 0 : bytes.count
    }

    /// Allows the request to be sent once. libcurl sends it again by itself where a kept connection breaks before the first
    /// byte of an answer, and nobody knows then whether it was served: that is the caller's to decide.
    private func allowSending() -> CInt {
        isSentAgain = isSent
        isSent = true
        return isSentAgain ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(prompterd_easy_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(HTTPClientError) {
        try check(prompterd_easy_set_string(easy, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPClientError) {
        if code != CURLE_OK { throw HTTPClientError(code, "") }
    }
}

/// Reads the header lines of an answer as libcurl hands them out.
enum ResponseHead {
    /// The headers in `lines`, in their order: status lines, empty lines and continued lines (RFC 9112, section 5.2) are none.
    static func headers(in lines: [UInt8]) -> [HTTPHeader] {
        lines.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).compactMap { line in
            guard line.first != 0x20, line.first != 0x09, let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
                return nil
            }
            return HTTPHeader(
                String(decoding: line[..<colon], as: UTF8.self),
                String(decoding: trimmed(line[line.index(after: colon)...]), as: UTF8.self))
        }
    }

    private static func trimmed(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        var value = value.drop(while: isSpace)
        while let last = value.last, isSpace(last) { value.removeLast() }
        return value
    }
}
