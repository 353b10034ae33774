import Foundation
import TacitTestSupport
import Testing

/// What becomes of a running program when its model's file is written to, and when it is struck by a fault.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty"))
struct ReplacedModelTests {
    private let folder: TemporaryFolder
    private let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path

    init() throws { folder = try TemporaryFolder() }

    /// Whatever is done to a model's file, a running program goes on with what it has loaded.
    @Test(arguments: ["overwritten", "cut", "removed"])
    func aModelMayBeReplaced(how: String) throws {
        let path = try folder.copy(model, as: "m.gguf")
        let sound = try folder.write("long.wav", WaveFile.bytes(Sounds.glide(samples: 120 * 16_000), rate: 16_000))
        func lines(_ run: LiveRun) -> [String] {
            var lines: [String] = []
            while let line = run.readLine() {
                lines.append(line.replacing(/"(wall|id)":"[^"]*"|"inference_ms":[0-9.e-]+/, with: ""))
            }
            return lines
        }
        let arguments = ["listen", path, "--input", sound, "--json", "--top", "0", "--logits"]
        let untouched = try LiveRun(.tacit, arguments)
        let expected = lines(untouched)
        #expect(untouched.finish() == 0)
        let run = try LiveRun(.tacit, arguments)
        let first = try #require(run.readLine())
        switch how {
        case "overwritten":
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            let size = try handle.seekToEnd()
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data(repeating: 0x5a, count: Int(size)))
            try handle.close()
        case "cut": #expect(truncate(path, 100) == 0)
        default: try FileManager.default.removeItem(atPath: path)
        }
        let rest = lines(run)
        #expect(run.finish() == 0)
        #expect([first.replacing(/"(wall|id)":"[^"]*"|"inference_ms":[0-9.e-]+/, with: "")] + rest == expected)
    }

    /// A fault is told in one line, not by a backtrace.
    @Test(arguments: [SIGBUS, SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGFPE, SIGQUIT])
    func aFaultIsOneLine(number: Int32) throws {
        let sound = try folder.write("long.wav", WaveFile.bytes(Sounds.glide(samples: 120 * 16_000), rate: 16_000))
        let run = try LiveRun(.tacit, ["listen", model, "--input", sound, "--json", "--top", "0", "--logits"])
        _ = run.readLine()
        run.send(signal: number)
        while run.readLine() != nil {}
        let status = run.finish()
        if number == SIGBUS { #expect(status == 74) }
        #expect(run.standardError.split(separator: "\n").count == (number == SIGQUIT ? 0 : 1), "\(run.standardError)")
    }
}
