/// Writes a call as every dialect's is written.
enum CallRequest {
    /// - Parameter timeout: bounds this one call.
    static func write(
        _ form: CallForm, of target: Target, by rules: any DialectRules.Type, credential: Credential?,
        learned: CallVariant, timeout: Duration
    ) -> HTTPRequest {
        let provider = target.provider
        var own = [HTTPHeader("Accept", "application/json")] + rules.headers
        if form.method == .post { own.insert(HTTPHeader("Content-Type", "application/json"), at: 0) }
        own += credential?.companions ?? []
        // The entry's headers stand for the usual ones of the same name; none of them can be a credential.
        let given = Set(provider.headers.map { $0.name.lowercased() })
        var headers = own.filter { !given.contains($0.name.lowercased()) }
        if let credential {
            headers.append(
                credential.isToken
                    ? HTTPHeader("Authorization", "Bearer \(credential.reveal())") : rules.authentication(credential))
        }
        let members = rules.body(form, of: target, learned)
        return HTTPRequest(
            method: form.method, url: rules.url(form, of: target), headers: headers + provider.headers,
            body: members.isEmpty ? [] : Array(JSONValue.object(members).text.utf8),
            authorityFile: provider.authorityFile, timeout: timeout)
    }

    /// `own`, and the parameters of `target` as they are: what a watch sets stands for the probe's own member of that name.
    static func body(_ own: [JSONValue.JSONMember], parametersOf target: Target) -> [JSONValue.JSONMember] {
        body(own, parameters: parameters(of: target))
    }

    static func body(
        _ own: [JSONValue.JSONMember], parameters: [JSONValue.JSONMember]
    ) -> [JSONValue.JSONMember] {
        own.filter { member in !parameters.contains { $0.name == member.name } } + parameters
    }

    static func parameters(of target: Target) -> [JSONValue.JSONMember] {
        if case .object(let members) = target.inferenceParameters { members } else { [] }
    }

    /// `text` as one segment of a path (RFC 3986, section 3.3).
    static func segment(_ text: some StringProtocol) -> String {
        var segment = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: ":"), UInt8(ascii: "@"):
                segment.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                segment += "%" + Hexadecimal.encode([byte]).uppercased()
            }
        }
        return segment
    }
}
