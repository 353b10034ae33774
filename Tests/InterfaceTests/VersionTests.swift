import CTacitInterface
import Foundation
import TacitTestSupport
import Testing

/// One number for all that is shipped together.
@Suite struct VersionTests {
    @Test func thePythonModuleHasTheLibrarys() throws {
        let version = String(cString: tacit_version())
        let file = TestPaths.package.appendingPathComponent("tools/python/pyproject.toml")
        let project = try String(contentsOf: file, encoding: .utf8)
        #expect(project.split(separator: "\n").contains("version = \"\(version)\""))
    }
}
