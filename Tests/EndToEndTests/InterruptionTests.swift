import Foundation
import TacitTestSupport
import Testing

/// A conversion that is called off: it ends as `tacit` does, and leaves nothing half done behind.
@Suite struct InterruptionTests {
    @Test(
        .enabled(
            if: FileManager.default.fileExists(
                atPath: TestPaths.package.appendingPathComponent("models/base/model.safetensors").path),
            "the base is not there"), arguments: [SIGINT, SIGTERM, SIGHUP],
        [[], ["--method", "gptq"]])
    func leavesNothingBehind(signal: Int32, method: [String]) throws {
        let folder = try TemporaryFolder()
        let base = TestPaths.package.appendingPathComponent("models/base").path
        let run = try LiveRun(
            .convert, ["--base", base, "--weights", "int4", "-o", folder.path("out.gguf")] + method,
            environment: ["OPENBLAS_NUM_THREADS": "4"])
        func files() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path) }
        #expect(try waitUntil(pause: 200) { try !files().isEmpty || !run.isRunning })
        // OpenBLAS makes threads of its own: a signal may reach any of them.
        #expect(
            waitUntil(pause: 200) {
                method.isEmpty || !run.isRunning || Self.hasOpenBLAS(run.processIdentifier)
            })
        run.send(signal: signal)
        #expect(run.finish() == 0)
        // Whole, if it was too late to call it off; else not there.
        let left = try files()
        #expect(left.isEmpty || left == ["out.gguf"])
        if !left.isEmpty { #expect(try Executable.tacit.run(["verify", folder.path("out.gguf")]).status == 0) }
        #expect(run.standardError.isEmpty)
    }

    private static func hasOpenBLAS(_ process: pid_t) -> Bool {
        (try? String(contentsOfFile: "/proc/\(process)/maps", encoding: .utf8))?.contains("openblas") ?? false
    }
}
