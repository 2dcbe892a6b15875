private typealias Known = AbsenceWords

/// Reads whether a sentence says that the model is absent.
///
/// It knows every word from the model to the absence: a word that it does not know may be what is absent in the model's place, or
/// may make it a matter of time. A false absence is a major event; a missed one is still told, as `refused`.
struct AbsenceGrammar {
    private let name: ModelName

    /// - Parameter model: the name that was asked for.
    init(of model: String) {
        name = ModelName(model)
    }

    /// Whether a sentence has the model's name in it.
    func has(nameIn sentence: Sentence) -> Bool { sentence.words.contains(where: name.isMeant(by:)) }

    /// Whether a sentence is the model's name and nothing else: "model: x".
    func isName(_ sentence: Sentence) -> Bool {
        has(nameIn: sentence) && sentence.clauses.allSatisfy { subject(at: $0.startIndex, in: $0)?.end == $0.endIndex }
    }

    /// Whether a sentence about the parameter `model` says that its value is none of those that there are.
    func isRefusedValue(_ sentence: Sentence) -> Bool {
        !sentence.has(anyOf: Known.passing)
            && sentence.clauses.indices.contains { place in
                let clause = sentence.clauses[place]
                return clause.end(of: "input should be", at: clause.startIndex) != nil && !sentence.has("valid string")
                    || clause.end(of: "invalid value", at: clause.startIndex) != nil
                    || isAbsence(at: clause.startIndex, of: place, in: sentence, isCertain: true)
            }
    }

    /// Whether a sentence says that the model is absent.
    func isAbsence(_ sentence: Sentence) -> Bool {
        if isWithoutEndpoint(sentence) { return true }
        if sentence.words.contains(where: { $0.contains("模型不存在") || $0.contains("模型未找到") }) { return true }
        guard !sentence.has(anyOf: Known.passing) else { return false }
        return sentence.clauses.indices.contains { place in
            sentence.clauses[place].indices.contains { start in
                isAbsentSubject(at: start, of: place, in: sentence)
                    || isFailedSearch(at: start, of: place, in: sentence)
                    || isAbsenceOfNext(at: start, of: place, in: sentence)
            }
        }
    }

    /// Databricks and OpenRouter call what serves a model an endpoint.
    private func isWithoutEndpoint(_ sentence: Sentence) -> Bool {
        sentence.has("given endpoint does not exist")
            || sentence.has("no endpoints found for") && sentence.words.last.map(name.isMeant(by:)) == true
    }

    /// "The model x does not exist", "model x: not found".
    private func isAbsentSubject(at start: Int, of place: Int, in sentence: Sentence) -> Bool {
        let clause = sentence.clauses[place]
        // The model is spoken of here, and not what stands before it: "the backend for the model".
        guard clause[..<start].allSatisfy(isLead), let subject = subject(at: start, in: clause) else { return false }
        let isCertain = subject.isNamed || place == 0 || isSpeaker(sentence.clauses[place - 1])
        if subject.end < clause.endIndex {
            return isAbsence(at: subject.end, of: place, in: sentence, isCertain: isCertain)
        }
        return place + 1 < sentence.clauses.count
            && isAbsence(at: subject.end, of: place + 1, in: sentence, isCertain: isCertain)
    }

    /// "Could not find the model x", "unknown model: x", "there is no model named x".
    private func isFailedSearch(at start: Int, of place: Int, in sentence: Sentence) -> Bool {
        let clause = sentence.clauses[place]
        if clause[start] == "no", let subject = subject(at: start + 1, in: clause) {
            let isFound = clause[subject.end...].first.map(["found", "exists"].contains) == true
            guard isFound || subject.isNamed else { return false }
            return isEnd(isFound ? subject.end + 1 : subject.end, of: place, in: sentence)
        }
        let isFirst = clause[..<start].allSatisfy(isLead)
        return (Known.failedSearches + (isFirst ? Known.refusals : [])).contains { phrase in
            guard let end = clause.end(of: phrase, at: start), let subject = subject(at: end, in: clause) else {
                return false
            }
            return isEnd(subject.end, of: place, in: sentence)
        }
    }

    /// "Not found: model x", "the requested resource was not found: model x".
    private func isAbsenceOfNext(at start: Int, of place: Int, in sentence: Sentence) -> Bool {
        let clause = sentence.clauses[place]
        guard place + 1 < sentence.clauses.count, clause[..<start].allSatisfy(isLead),
            clause.end(ofAny: Known.absences, at: start) == clause.endIndex
        else { return false }
        let next = sentence.clauses[place + 1]
        return subject(at: next.startIndex, in: next)?.end == next.endIndex
    }

    /// Whether an absence begins at `start`, behind the model.
    ///
    /// - Parameter isCertain: whether nothing but the model can be meant by what stands before it.
    private func isAbsence(at start: Int, of place: Int, in sentence: Sentence, isCertain: Bool) -> Bool {
        let clause = sentence.clauses[place]
        let verbs = clause[start...].prefix(while: Known.auxiliaries.contains)
        if let end = clause.end(ofAny: Known.absences, at: verbs.endIndex) {
            return isEnd(end, of: place, in: sentence)
                || self.end(ofPlaceAt: end, in: clause).map { isEnd($0, of: place, in: sentence) } == true
        }
        if clause.end(ofAny: Known.lifeEnds, at: verbs.endIndex) != nil { return true }
        if let end = clause.end(ofAny: Known.departures, at: verbs.endIndex) {
            guard end < clause.endIndex else { return true }
            // A model may be deprecated and answer, so that the refusal is of what follows.
            if clause[end - 1] == "deprecated", clause[end] == "and" {
                return isAbsence(at: end + 1, of: place, in: sentence, isCertain: isCertain)
            }
            return verbs.contains(where: Known.beings.contains) && !["for", "from"].contains(clause[end])
        }
        guard isCertain, let end = clause.end(ofAny: Known.doubts, at: verbs.endIndex) else { return false }
        let joints: [String] =
            switch sentence.words[end - 1] {
            case "available": []
            case "supported", "unsupported": ["by"]
            default: ["at", "by", "on"]
            }
        let isPlace = end < clause.endIndex && joints.contains(clause[end])
        return isEnd(isPlace ? self.end(ofPlaceAt: end, in: clause) ?? end : end, of: place, in: sentence)
    }

    /// The model, with all that stands around it and is of it.
    private func subject(at start: Int, in clause: ArraySlice<String>) -> (end: Int, isNamed: Bool)? {
        guard let first = clause[start...].firstIndex(where: { !Known.articles.contains($0) }) else { return nil }
        let isCalledModel = Known.subjects.contains(clause[first])
        guard isCalledModel || name.isMeantAlone(by: clause[first]) else { return nil }
        var (place, isNamed) = (first + 1, !isCalledModel)
        while place < clause.endIndex {
            if name.isMeant(by: clause[place]) {
                (place, isNamed) = (place + 1, true)
            } else if Known.subjects.contains(clause[place]) {
                place += 1
            } else if let end = end(ofPlaceAt: place, in: clause) ?? end(ofAdditionAt: place, in: clause) {
                place = end
            } else {
                break
            }
        }
        return (place, isNamed)
    }

    /// Where a place ends: "on this backend", "for your account".
    private func end(ofPlaceAt start: Int, in clause: ArraySlice<String>) -> Int? {
        guard start < clause.endIndex, Known.prepositions.contains(clause[start]) else { return nil }
        let place = clause[(start + 1)...].firstIndex { Known.places.contains($0) || !Known.articles.contains($0) }
        return place.flatMap { Known.places.contains(clause[$0]) ? $0 + 1 : nil }
    }

    /// Where an addition ends: "with the id", "you asked for".
    private func end(ofAdditionAt start: Int, in clause: ArraySlice<String>) -> Int? {
        guard let end = clause.end(ofAny: Known.additions, at: start) else { return nil }
        let isJoint = Known.prepositions.contains(clause[start]) && end == start + 1
        return isJoint && !(end < clause.endIndex && name.isMeant(by: clause[end])) ? nil : end
    }

    /// Whether what is said ends at `end`: nothing follows, or another thought, or the model's name behind a colon.
    private func isEnd(_ end: Int, of place: Int, in sentence: Sentence) -> Bool {
        let clause = sentence.clauses[place]
        if end < clause.endIndex { return clause.end(ofAny: Known.turns, at: end) != nil }
        guard place + 1 < sentence.clauses.count else { return true }
        let next = sentence.clauses[place + 1]
        return name.isMeant(by: next[next.startIndex]) || subject(at: next.startIndex, in: next)?.end == next.endIndex
    }

    /// Whether a clause only tells who speaks: "ValueError:", "Error from provider:", "400:".
    private func isSpeaker(_ clause: ArraySlice<String>) -> Bool {
        clause.contains { $0.contains("error") || $0.contains("exception") } || clause.allSatisfy(isNumber)
            || clause.count == 1 && clause.allSatisfy { $0.contains("/") || $0.contains("_") }
    }

    /// Whether a word may stand before what is spoken of: "sorry, we", "404", "ValueError".
    private func isLead(_ word: String) -> Bool {
        Known.anything.contains(word) || isNumber(word) || word.hasSuffix("error") || word.hasSuffix("exception")
    }

    private func isNumber(_ word: String) -> Bool { word.allSatisfy(\.isNumber) }
}
