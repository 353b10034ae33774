import Foundation
import TacitTestSupport
import Testing

/// The page of threats names tests; a test that is renamed or goes is missed there.
@Suite struct ThreatModelTests {
    private static let page = TestPaths.package.appendingPathComponent("Sources/tacit/tacit.docc/Threats.md")

    /// Of each suite the text of its file.
    private func suites() throws -> [String: String] {
        let tests = TestPaths.package.appendingPathComponent("Tests")
        let names = try FileManager.default.subpathsOfDirectory(atPath: tests.path).filter { $0.hasSuffix(".swift") }
        var found: [String: String] = [:]
        for name in names {
            let text = try String(contentsOf: tests.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: /struct (\w+Tests)\b/) {
                // A name that two rooms' suites had would not say which is meant.
                let other = found.updateValue(text, forKey: String(match.1))
                #expect(other == nil, "two suites are called \(match.1)")
            }
        }
        return found
    }

    @Test func everyTestThatIsNamedIsThere() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let suites = try suites()
        let named = text.matches(of: /`(\w+Tests)(?:\/(\w+))?`/)
        #expect(named.count > 40)
        for match in named {
            let suite = try #require(suites[String(match.1)], "no suite is called \(match.1)")
            if let test = match.2 {
                #expect(suite.contains("func \(test)("), "\(match.1) has no test called \(test)")
            }
        }
    }

    @Test func everyToolThatIsNamedIsThere() throws {
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let named = text.matches(of: /`(tools\/[\w\/-]+)`/)
        #expect(!named.isEmpty)
        for match in named {
            #expect(
                FileManager.default.isExecutableFile(
                    atPath: TestPaths.package.appendingPathComponent(String(match.1)).path),
                "\(match.1)")
        }
    }
}
