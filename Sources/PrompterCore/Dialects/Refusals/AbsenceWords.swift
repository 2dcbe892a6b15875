/// The words and phrases that `AbsenceGrammar` knows.
enum AbsenceWords {
    static let articles: Set<String> = [
        "the", "a", "an", "any", "this", "that", "your", "such", "real", "requested", "specified", "provided", "given",
        "selected", "following", "matching", "foundation", "publisher", "api",
    ]
    static let subjects: Set<String> = [
        "model", "models", "modelid", "model_id", "model-id", "modelname", "model_name", "deployment", "deployments",
    ]
    /// What may stand behind the model and still be of it: "the model with the id x that you requested".
    static let additions = [
        "with id", "with the id", "with name", "with the name", "with identifier", "id", "name", "identifier", "named",
        "called", "you asked for", "that you asked for", "you requested", "that you requested", "you specified",
        "requested", "specified", "provided", "selected", "passed in", "from the provided", "in the request",
        "in your request", "for", "of",
    ]
    static let places: Set<String> = [
        "account", "api", "backend", "deployment", "endpoint", "gateway", "host", "instance", "key", "organization",
        "project", "provider", "proxy", "resource", "server", "service", "team",
    ]
    static let prepositions: Set<String> = [
        "about", "against", "at", "behind", "between", "by", "for", "from", "in", "into", "of", "on", "than", "through",
        "to", "under", "via", "whether", "while", "with", "within", "without", "if", "when", "serving", "hosting",
    ]
    static let beings: Set<String> = ["was", "were", "is", "are", "been"]
    static let auxiliaries: Set<String> = beings.union([
        "be", "has", "have", "had", "could", "can", "does", "do", "did", "that", "which", "it", "either", "already",
        "now",
        "also", "permanently", "recently", "unfortunately", "sorry", "you", "we",
    ])
    /// These say all, unless it is only some place that the model is not in: "not found in the cache".
    static let absences = [
        "not found", "not be found", "not exist", "not exists", "not match any", "no such model", "no longer exists",
        "no longer exist", "no longer served", "no longer offered", "no longer active", "no longer accessible",
        "no longer deployed", "no longer hosted",
    ]
    /// These say all, whatever follows.
    static let lifeEnds = [
        "reached end of life", "reached the end of life", "reached its end of life", "reached the end of its life",
        "version has reached the end of its life", "version has reached end of life",
    ]
    /// These say all behind a verb, or at the end: "has been removed", but not "removed support for images".
    static let departures = [
        "deprecated", "decommissioned", "retired", "shut down", "shutdown", "sunset", "discontinued", "removed",
        "archived",
        "withdrawn", "superseded", "renamed", "moved to", "replaced by", "turned off", "switched off", "deleted",
        "end of life", "end-of-life",
        "eol",
    ]
    /// These say all at the end only: "not supported with images", "not available today".
    static let doubts = [
        "not available", "not supported", "no longer supported", "no longer available", "no longer valid",
        "not recognized", "not recognised", "not valid",
        "not known", "not registered", "not deployed", "not served", "not hosted", "not offered", "nonexistent",
        "invalid", "unknown", "unrecognized", "unrecognised", "unsupported", "gone", "not a valid model",
        "not a valid model id", "not a valid model name", "not a valid model identifier", "not a supported model",
        "not a known model",
        "not a recognized model",
    ]
    /// What no sentence needs to begin with: "we could not find the model".
    static let failedSearches = [
        "no such", "not find", "not locate", "not resolve", "unable to find", "unable to locate", "failed to find",
        "access non-serverless",
    ]
    static let refusals = [
        "unknown", "invalid", "unsupported", "unrecognized", "unrecognised", "nonexistent", "non-existent",
        "not a valid", "not a supported", "not supported", "not found", "deprecated", "decommissioned", "retired",
        "discontinued",
    ]
    /// What begins another thought, so that the one before it ends there.
    static let turns = [
        "or", "and", "you", "please", "see", "use", "choose", "check", "did", "try pulling", "inaccessible",
        "make sure", "listed on",
        "for api version",
    ]
    /// What may be absent, and names nothing else than the model: "resource not found: model x".
    static let anything = Set([
        "resource", "entity", "object", "item", "error", "exception", "request", "some", "status",
    ]).union(articles).union(auxiliaries)
    /// What makes it a matter of time, of place or of money.
    static let passing: Set<String> = [
        "again", "being", "busy", "capacity", "cooldown", "country", "currently", "demand", "during", "healthy",
        "later",
        "loading", "location", "maintenance", "moment", "overloaded", "plan", "planned", "region", "retry", "right",
        "scheduled", "soon", "starting", "still", "subscription", "temporarily", "temporary", "tier", "today",
        "tomorrow",
        "until",
        "upcoming", "upstream", "verification", "verified", "verify", "note", "notice", "warning", "will", "yet",
    ]
}
