import Foundation
import TacitTestSupport
import Testing

/// A stream of frames, and a camera's: not one allocation by any thread after the first label. Counted by a library in
/// front of the C library's malloc.
@Suite struct WatchAllocationTests {
    private let model: ConvertedModel

    init() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
    }

    private func environment(formats: String, after writes: Int) throws -> [String: String] {
        let bytes = (0..<48 * 36 * 3 * 7).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) }
        var environment = try StandInCamera.environment(
            frames: model.folder.write("frames.raw", bytes), formats: formats, count: 1_000_000,
            AllocationCount.environment(model.folder, after: writes, with: [StandInCamera.library()]))
        environment["TERM"] = "xterm"
        environment["LC_ALL"] = "C.UTF-8"
        // Set by whoever runs the tests without a terminal.
        environment["NO_COLOR"] = ""
        return environment
    }

    @Test(
        arguments: ["RGB3:48x36@200", "YUYV:48x36@200", "NV12:48x36@200"], ["--json", "--json --logits --top 0", ""])
    func aCamerasFramesAllocateNothing(formats: String, options: String) throws {
        try framesAllocateNothing("watch \(model.path) --device \(StandInCamera.path) \(options)", formats: formats)
    }

    @Test(arguments: ["RGB3:48x36@200", "NV12:48x36@200"])
    func recordedFramesAllocateNothing(formats: String) throws {
        try framesAllocateNothing("record \(model.path) --device \(StandInCamera.path) --json a.rec", formats: formats)
    }

    private func framesAllocateNothing(_ arguments: String, formats: String) throws {
        // Only tacit itself is to be counted: the shell sets what is preloaded for it alone.
        let settings = try environment(formats: formats, after: 1).map { "\($0.key)='\($0.value)'" }
        let command = "\(Executable.tacit.path) \(arguments)"
        let outcome = try Executable.shell.run(
            [
                "-c",
                """
                (\(settings.joined(separator: " ")) exec \(command)) >lines & watched=$!
                until [ "$(wc -l <lines)" -ge 300 ]; do sleep 0.05; done
                kill -TERM $watched
                wait $watched
                """,
            ], folder: model.folder.path)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        try AllocationCount.expectNone(model.folder)
    }

    @Test func theLiveViewAllocatesNothing() throws {
        let terminal = try PseudoTerminal(
            .tacit, ["watch", model.path, "--device", StandInCamera.path],
            environment: try environment(formats: "YUYV:48x36@50", after: 10))
        // Some thirty drawings.
        _ = terminal.read(limit: 3) { _ in false }
        terminal.send(signal: SIGTERM)
        #expect(terminal.finish() == 0)
        try AllocationCount.expectNone(model.folder)
    }

    /// The picture beside its labels, in 24 rows of 80 columns, and nothing left behind that a terminal would suffer
    /// from.
    @Test func theViewFits() throws {
        let terminal = try PseudoTerminal(
            .tacit, ["watch", model.path, "--device", StandInCamera.path],
            environment: try environment(formats: "YUYV:48x36@50", after: 10))
        let isDrawn = terminal.read { terminal in
            let lines = terminal.screen.lines
            return lines.contains { $0.contains("▀") && $0.contains("label") }
                && lines.contains { $0.contains("dropped") }
                && lines.filter { $0.contains("▀") }.count >= 8
        }
        #expect(isDrawn, "\(terminal.screen.text)")
        #expect(terminal.screen.overflows == 0 && terminal.screen.unknown.isEmpty)
        #expect(!terminal.echoes)
        terminal.send(signal: SIGINT)
        #expect(terminal.finish() == 0)
        #expect(terminal.echoes)
    }
}
