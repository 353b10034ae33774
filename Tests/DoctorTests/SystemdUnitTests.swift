import Foundation
import TacitTestSupport
import Testing

/// What reads units as systemd does, without one that runs.
private let program = "/usr/bin/systemd-analyze"

/// The services of `tools/systemd`, as systemd itself reads them.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: program), "systemd-analyze is not installed"))
struct SystemdUnitTests {
    private static let services = ["tacit-listen", "tacit-watch", "tacit-run"]
    private static let dropIns = ["broker", "page", "exec", "command"]

    private let source = TestPaths.package.appendingPathComponent("tools/systemd")
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A copy of a service with a program that is there, and its drop-ins beside it.
    private func stage(_ service: String, _ dropIns: [String]) throws -> String {
        var text = try String(contentsOf: source.appendingPathComponent("\(service).service"), encoding: .utf8)
        text = text.replacing("/usr/local/bin/tacit", with: Executable.tacit.path)
        for name in dropIns {
            try folder.write(
                "\(service).service.d/\(name).conf",
                Data(contentsOf: source.appendingPathComponent("drop-ins/\(name).conf")))
        }
        return try folder.write("\(service).service", text.utf8)
    }

    @Test(arguments: services) func nothingToSay(service: String) throws {
        for dropIns in [[], Self.dropIns] {
            let path = try stage(service, dropIns)
            let outcome = try Executable(path: program).run(
                ["verify", path], environment: ["SYSTEMD_UNIT_PATH": "\(folder.path):"])
            // The machine's own units may have their faults.
            let own = outcome.standardError.split(separator: "\n").filter { $0.contains(service) }
            #expect(outcome.status == 0 && own.isEmpty, "\(outcome.standardError)")
        }
    }

    /// No more is left open than the table in the folder's README says. (Later versions of systemd count a little
    /// differently.)
    @Test(arguments: services) func exposure(service: String) throws {
        let page = try String(contentsOf: source.appendingPathComponent("README.md"), encoding: .utf8)
        let rows = page.matches(of: /\| (none|`(\w+)\.conf`) \| ([0-9.]+) \|/)
        #expect(rows.count == 1 + Self.dropIns.count)
        for row in rows {
            let path = try stage(service, row.output.2.map { [String($0)] } ?? [])
            let outcome = try Executable(path: program).run(["security", "--offline=true", path])
            let figure = outcome.standardOutput.firstMatch(of: /exposure level for [^:]*: ([0-9.]+)/)
            let measured = try #require(figure.flatMap { Double($0.output.1) }, "\(outcome.standardOutput)")
            let stated = try #require(Double(row.output.3))
            #expect(measured <= stated + 0.25, "\(row.output.1): \(measured)")
            if let name = row.output.2 {
                try FileManager.default.removeItem(atPath: folder.path("\(service).service.d/\(name).conf"))
            }
        }
    }
}
