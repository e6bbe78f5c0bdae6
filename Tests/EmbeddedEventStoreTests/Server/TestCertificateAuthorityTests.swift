import EmbeddedEventStore
import Testing

@Suite struct TestCertificateAuthorityTests {
    @Test(
        "a certificate is for a name at least, and for names that can be ones", arguments: [[], [""], ["a,b"], ["a:b"]])
    func names(_ names: [String]) throws {
        let authority = try TestCertificateAuthority()
        let error = #expect(throws: EmbeddedServerError.self) { try authority.issue(names: names) }
        #expect(error?.code == .cannotIssue)
    }

    @Test("a subject too long for a certificate is an error that says so")
    func longName() {
        let error = #expect(throws: EmbeddedServerError.self) {
            try TestCertificateAuthority(name: String(repeating: "x", count: 100))
        }
        #expect(error?.message.contains("too long") == true, "\(String(describing: error))")
    }

    @Test("keys are not printed")
    func keys() throws {
        let certificate = try TestCertificateAuthority().certificate
        #expect(certificate.key.contains("PRIVATE KEY"))
        #expect(!"\(certificate)".contains("PRIVATE KEY"))
    }
}
