/// What a webhook's files hold. They are read for each attempt, sent with it and kept nowhere.
public struct WebhookSecrets: Hashable, Sendable {
    /// Header fields to send, a credential among them.
    public var headers: [HTTPHeader]
    /// Each signs what is sent: while keys are rotated there are several.
    public var signingKeys: [Credential]
    /// PagerDuty's.
    public var routingKey: Credential?

    public init(headers: [HTTPHeader] = [], signingKeys: [Credential] = [], routingKey: Credential? = nil) {
        self.headers = headers
        self.signingKeys = signingKeys
        self.routingKey = routingKey
    }
}
