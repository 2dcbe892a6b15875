import Testing

@testable import PrompterCore

@Suite struct RedactionTests {
    @Test(arguments: [
        ("Incorrect API key provided: sk-abc***********wxyz.", "Incorrect API key provided: <redacted>"),
        ("sk-proj-AbCdEf_0123-x and more", "<redacted> and more"),
        ("key 'sk-ant-api03-abcdefgh'", "key '<redacted>'"),
        ("?key=AIzaSyA0123456789abcdefghijklmnopqrstuv&alt", "?key=<redacted>&alt"),
        ("Authorization: Bearer abc/def+ghi==", "Authorization: Bearer <redacted>"),
        ("bearer  0123456789", "bearer  <redacted>"),
        ("(gsk_0123456789)(xai-0123456789)(hf_0123456789)", "(<redacted>)(<redacted>)(<redacted>)"),
        ("eyJhbGciOi.eyJzdWIi.abc", "<redacted>"),
        ("no severity named \"whsec_ab+c/d=\"", "no severity named \"<redacted>\""),
        ("0123456789abcdef0123456789abcdef", "<redacted>"),
    ])
    func whatLooksLikeAKeyIsTakenOut(text: String, expected: String) {
        #expect(Redaction(nil).clean(text) == expected)
    }

    @Test(arguments: [
        "", "sk-", "the bearer of bad news", "model: claude-sonnet-4-5-20250929", "risk-model-0123456789 is unknown",
        "fp_8b330d02d0_prod0820_fp8_kvcache_20260402", "req_011CdufXo8Y2LVfY2veyuQWG", "ünïcode → text",
        "Rate limit reached for gpt-4o in organization org-abc", "550e8400-e29b-41d4-a716-446655440000",
    ])
    func otherTextsStay(text: String) {
        #expect(Redaction(nil).clean(text) == text)
        #expect(Redaction(Credential("abc")).clean(text) == text)
    }

    @Test func theOwnCredentialIsFoundWhateverStandsBesideIt() {
        let redaction = Redaction(Credential("canary=+/1-canary"))
        for text in [
            "canary=+/1-canary", "xcanary=+/1-canaryx", "canary=+/1-canary\u{301}", "cancanary=+/1-canary",
        ] {
            #expect(!redaction.clean(text).contains("canary") && redaction.isSecret(in: text))
        }
        #expect(!redaction.isSecret(in: "canary=+/1-"))
    }

    /// Servers of one's own are given keys such as this: a name that holds it is no leak.
    @Test func aShortKeyMakesNoNameASecret() {
        let redaction = Redaction(Credential("ollama"))
        #expect(!redaction.isSecret(in: "fp_ollama") && redaction.clean("key ollama") == "key <redacted>")
    }

    @Test(arguments: [
        ("abcdefgh/ijklmnop+qrst is no key", "<redacted> is no key"), ("xabcdefgh/ijklx", "x<redacted>x"),
        ("ends in ijklmnop+qrst.", "ends in <redacted>."), ("abcdefgh/ijk***mnop+qrst", "<redacted>***mnop+qrst"),
        ("?key=abcdefgh%2Fijklmnop%2bqrst&x", "?key=<redacted>&x"),
        ("abcdefgh%2fijklmnop%2bqrst", "<redacted>"), ("abcdefgh/ij", "abcdefgh/ij"),
        ("%61bcdefgh%2Fijklmnop%2Bqr%73t", "<redacted>"), (#"abcdefgh\/ijklmnop+qrst"#, "<redacted>"),
        ("100%abcdefgh%2", "100%abcdefgh%2"), ("%abcdefgh/ijklmnop+qrst%", "%<redacted>%"),
        ("abcdefgh/ijklijklmnop+qrst", "<redacted>"), ("abcdefgh/ijkl mnop+qrst", "<redacted> mnop+qrst"),
    ])
    func aPartOfTheOwnCredentialIsTakenOutToo(text: String, expected: String) {
        let redaction = Redaction(Credential("abcdefgh/ijklmnop+qrst"))
        #expect(redaction.clean(text) == expected)
        #expect(redaction.isSecret(in: text) == expected.contains("<redacted>"))
    }

    @Test func aPathOrAVariableIsNoKeyByItsLooks() {
        for text in ["gsk_0123456789", "sk-abcdefgh", "0123456789abcdef0123456789abcdef"] {
            #expect(Redaction.looksLikeKey(text))
        }
        for text in ["", "key", "OPENAI_API_KEY", "./sk-abcdefgh", "/run/0123456789abcdef0123456789abcdef/key"] {
            #expect(!Redaction.looksLikeKey(text))
        }
    }
}
