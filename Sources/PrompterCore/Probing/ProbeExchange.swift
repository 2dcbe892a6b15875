/// One probe of a target as its dialect makes it: the calls, one after the other, and what their responses say together.
///
/// It is pure. Whoever sends takes ``request(timeout:)`` and gives what came back to ``take(_:)``, until there is an answer or
/// a failure. Of no dialect it makes more than ``mostCalls``.
public struct ProbeExchange {
    /// The usual call, one after each of three lessons, and a lookup.
    public static let mostCalls = 5
    private static let mostLessons = 3

    private let target: Target
    private let credential: Credential?
    private let rules: any DialectRules.Type
    private let redaction: Redaction
    private let before: CallVariant
    private var learned: CallVariant
    private var lessons = 0
    /// Whether the cap was swapped already: a provider that refuses both names is not asked in turns.
    private var isSwapped = false
    /// Why the API was changed: where the other is not there, this is what is wrong.
    private var reason: ProbeFailure?
    /// What the completion said, while the lookup beside it is under way.
    private var completed: CallAnswer?

    /// The call that is to be made now.
    public private(set) var form: CallForm

    /// - Parameter learned: what an earlier probe of the target brought back as ``ProbeAnswer/learned``.
    /// - Throws: ``ProbeFailure`` where the target is never called.
    public init(_ target: Target, credential: Credential?, learned: CallVariant? = nil) throws(ProbeFailure) {
        guard let rules = target.dialect.rules else {
            throw ProbeFailure(
                .invalidRequest, "provider \"\(target.provider.name)\" is a stub, which is never called")
        }
        self.target = target
        self.credential = credential
        self.rules = rules
        redaction = Redaction(credential)
        before = learned ?? .usual
        self.learned = before
        form = .chat
        form = firstForm
    }

    /// The request of ``form``.
    ///
    /// - Parameter timeout: bounds this one call.
    public func request(timeout: Duration) -> HTTPRequest {
        CallRequest.write(form, of: target, by: rules, credential: credential, learned: learned, timeout: timeout)
    }

    /// Takes what ``form`` was answered.
    ///
    /// - Returns: the probe's answer; `nil` where another call is to be made first.
    /// - Throws: ``ProbeFailure`` where the probe learned nothing, each with its class.
    public mutating func take(_ response: HTTPResponse) throws(ProbeFailure) -> ProbeAnswer? {
        let body = ResponseBody(response.body)
        if let refusal = refusal(response, body) { return try take(refusal) }
        let answer: CallAnswer
        do throws(ProbeFailure) {
            let success = try SuccessBody(response, body, mayBeArray: rules.isStreamedAsArray(form), redaction)
            var read = try rules.read(form, success, of: target)
            read.latency = response.duration
            answer = read
            if completed == nil, version(of: answer) == nil { throw withoutVersion(answer, response, body) }
        } catch {
            return try take(error)
        }
        if let completed { return try finish(completed, with: answer) }
        guard target.kind != .metadata, let lookup = rules.companion(of: target, after: answer, response) else {
            return try finish(answer)
        }
        completed = answer
        form = lookup
        return nil
    }

    /// Takes that ``form`` brought no response. The lookup beside a completion fails nothing.
    ///
    /// - Parameter detail: what happened, for people; it is cleaned of credentials.
    /// - Throws: ``ProbeFailure``, where the probe fails by it.
    public func fail(_ failureClass: FailureClass, _ detail: String) throws(ProbeFailure) -> ProbeAnswer {
        try take(ProbeFailure(failureClass, redaction.clean(detail)))
    }

    private func refusal(_ response: HTTPResponse, _ body: ResponseBody) -> Refusal? {
        guard (200...299).contains(response.status) else { return Refusal(response, body, of: target.model, redaction) }
        return InnerError.find(in: body).map {
            Refusal(inside: response, body, told: $0, of: target.model, redaction)
        }
    }

    /// - Returns: `nil` where it taught how to call instead.
    private mutating func take(_ refusal: Refusal) throws(ProbeFailure) -> ProbeAnswer? {
        let failure = refusal.failure
        guard completed == nil, lessons < Self.mostLessons,
            let lesson = rules.lesson(of: refusal, to: form, of: target, learned), lesson != learned
        else { return try take(failure) }
        let isSwap = lesson.cap != learned.cap && lesson.form == learned.form
        guard !isSwap || !isSwapped else { return try take(failure) }
        lessons += 1
        isSwapped = isSwapped || isSwap
        if lesson.form != learned.form, form == .chat { reason = failure }
        learned = lesson
        form = firstForm
        return nil
    }

    private func take(_ failure: ProbeFailure) throws(ProbeFailure) -> ProbeAnswer {
        guard let completed else { throw failure.failureClass == .address ? reason ?? failure : failure }
        return try finish(completed, failing: failure)
    }

    private var firstForm: CallForm {
        if target.kind == .metadata, let form = learned.form ?? rules.lookup(on: target.provider.server) { return form }
        return rules.completion(of: target, learned)
    }

    private func version(of answer: CallAnswer) -> VersionIdentity? {
        VersionIdentity(
            resolvedModel: answer.model, fingerprint: answer.fingerprint, digest: answer.digest)
    }

    private static let noVersion = ProbeFailure(.noVersion, "the response names neither a model nor a fingerprint")

    /// What failed with a success that names no version: what it says instead, where it says something.
    private func withoutVersion(_ answer: CallAnswer, _ response: HTTPResponse, _ body: ResponseBody) -> ProbeFailure {
        let longest = VersionIdentity.longestName
        if let name = [answer.fingerprint, answer.digest, answer.model].lazy.compactMap(\.self).first(where: {
            $0.utf8.count > longest
        }) {
            return ProbeFailure(
                .noVersion,
                "the version name in the response has \(name.utf8.count) bytes; the limit is \(longest)"
            )
        }
        let said = Refusal(inside: response, body, told: body.objects, of: target.model, redaction)
        var failure = Self.noVersion
        if !said.words.texts.isEmpty, said.failure.failureClass != .malformed { failure = said.failure }
        if failure == Self.noVersion { failure.detail = SafeText("\(failure.detail): \(said.message)") }
        return failure
    }

    private func finish(
        _ answer: CallAnswer, with lookup: CallAnswer? = nil, failing lookupFailure: ProbeFailure? = nil
    ) throws(ProbeFailure) -> ProbeAnswer {
        var answer = answer
        if let lookup { answer.add(lookup) }
        guard let version = version(of: answer) else { throw Self.noVersion }
        return ProbeAnswer(
            version: version, metadata: answer.metadata, shows: answer.shows, retirement: answer.retirement,
            usage: answer.usage, latency: answer.latency, learned: learned == before ? nil : learned,
            lookupFailure: lookupFailure)
    }
}
