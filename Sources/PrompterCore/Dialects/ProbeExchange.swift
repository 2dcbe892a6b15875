/// One probe of a target as its dialect makes it: the calls, one after the other, and what their responses say together.
///
/// It is pure. Whoever sends takes ``request(timeout:)`` and gives what came back to ``take(_:)``, until there is an answer or
/// a failure. Of no dialect it makes more than ``mostCalls``.
public struct ProbeExchange {
    /// The usual call, one after each of two lessons, and a lookup.
    public static let mostCalls = 4
    private static let mostLessons = 2

    /// Members of a call's body that are the probe's own in one dialect or another; a watch may not set them.
    static let reservedParameters = Dialect.allCases.reduce(into: Set<String>()) { names, dialect in
        names.formUnion(dialect.rules?.reservedParameters ?? [])
    }

    private let target: Target
    private let credential: Credential?
    private let rules: any DialectRules.Type
    private let redaction: Redaction
    private let before: LearnedCall
    private var learned: LearnedCall
    private var lessons = 0
    /// Whether the cap was swapped already: a provider that refuses both names is not asked in turns.
    private var isSwapped = false
    /// What the completion said, while the lookup beside it is under way.
    private var completed: CallAnswer?

    /// The call that is to be made now.
    public private(set) var form: CallForm

    /// - Parameter learned: what an earlier probe of the target brought back as ``ProbeAnswer/learned``.
    /// - Throws: ``ProbeFailure`` where the target is never called.
    public init(_ target: Target, credential: Credential?, learned: LearnedCall? = nil) throws(ProbeFailure) {
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
        guard (200...299).contains(response.status) else {
            let refusal = Refusal(response, try? JSONDocument(response.body).root, redaction)
            if completed == nil, lessons < Self.mostLessons,
                let lesson = rules.lesson(of: refusal, to: form, of: target, learned), lesson.cap == nil || !isSwapped
            {
                lessons += 1
                isSwapped = isSwapped || lesson.cap != nil
                learned = lesson
                form = firstForm
                return nil
            }
            return try take(refusal.failure)
        }
        let answer: CallAnswer
        do {
            var read = try rules.read(form, try SuccessBody(response, redaction), of: target)
            read.latency = response.duration
            answer = read
        } catch {
            return try take(error)
        }
        if let completed { return try finish(completed, with: answer) }
        guard target.kind != .metadata, let lookup = rules.companion(of: target, after: answer, response) else {
            return try finish(answer)
        }
        // A completion without a version is a failure, whatever a lookup would say.
        _ = try version(of: answer)
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

    private func take(_ failure: ProbeFailure) throws(ProbeFailure) -> ProbeAnswer {
        guard let completed else { throw failure }
        return try finish(completed)
    }

    private var firstForm: CallForm {
        if target.kind == .metadata, let form = learned.form ?? rules.lookup(of: target) { return form }
        return rules.completion(of: target, learned)
    }

    private func version(of answer: CallAnswer) throws(ProbeFailure) -> VersionIdentity {
        let version = VersionIdentity(
            resolvedModel: answer.model, fingerprint: answer.fingerprint, digest: answer.digest)
        guard let version else {
            throw ProbeFailure(.noVersion, "the answer names neither model nor fingerprint")
        }
        return version
    }

    private func finish(
        _ answer: CallAnswer, with lookup: CallAnswer? = nil
    ) throws(ProbeFailure) -> ProbeAnswer {
        var answer = answer
        if let lookup { answer.add(lookup) }
        return ProbeAnswer(
            version: try version(of: answer), metadata: answer.metadata, shows: answer.shows,
            retirement: answer.retirement, usage: answer.usage, latency: answer.latency,
            learned: learned == before ? nil : learned)
    }
}
