import Foundation
import TacitTestSupport
import Testing

/// Frames that `tacit record` saw give the same lines again, to the last byte.
@Suite struct WatchRecordingTests {
    private let golden: GoldenImages
    private let model: ConvertedModel
    private var folder: TemporaryFolder { model.folder }

    init() throws {
        golden = try GoldenImages(name: "llama-full-hidden")
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
    }

    private func expectSame(_ recording: String, _ output: [UInt8], _ options: [String]) throws {
        let again = try Executable.tacit.run(["replay", model.path, recording] + options)
        #expect(again.status == 0 && again.errors.isEmpty, "\(again.standardError)")
        #expect(again.output == output)
    }

    private func frames(_ count: Int, bytes: Int = 48 * 36 * 3) -> [UInt8] {
        (0..<bytes * count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5 ^ $0 / bytes &* 77) }
    }

    @Test(arguments: [["--json"], []], [[], ["--every", "0.1"], ["--seconds", "0.5", "--logits"]])
    func aStreamGivesTheSameLines(form: [String], options: [String]) throws {
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(
            ["record", model.path, "--input", "-", "--size", "48x36", "--format", "rgb24"] + options + form + [
                recording
            ],
            input: frames(30))
        #expect(recorded.status == 0 && recorded.outputLines.count > 3, "\(recorded.standardError)")
        try expectSame(recording, recorded.output, form)
    }

    /// With frames that are dropped or damaged, and a camera that goes away and comes back.
    @Test(arguments: [["--json"], []], ["RGB3:48x36@100", "YUYV:48x36@100"])
    func aCameraGivesTheSameLines(form: [String], formats: String) throws {
        let recording = folder.path("a.rec")
        let environment = try StandInCamera.environment(
            frames: folder.write("frames.raw", frames(7)), formats: formats, count: 40,
            ["CAMERA_AWAY": "300", "CAMERA_RETURNS": "5", "CAMERA_DAMAGED": "9"])
        let run = try LiveRun(
            .tacit, ["record", model.path, "--device", StandInCamera.path] + form + [recording],
            environment: environment)
        var printed = ""
        var gaps = 0
        while gaps < 2 {
            let line = try #require(run.readLine(), "\(run.standardError)")
            printed += line + "\n"
            if line.contains(form.isEmpty ? "s  lost " : "\"type\":\"gap\"") { gaps += 1 }
        }
        for _ in 0..<5 { printed += try #require(run.readLine()) + "\n" }
        run.send(signal: SIGTERM)
        while let line = run.readLine() { printed += line + "\n" }
        #expect(run.finish() == 0, "\(run.standardError)")
        try expectSame(recording, Array(printed.utf8), form)
        if !form.isEmpty { #expect(printed.contains("\"reason\":\"lost\"") && printed.contains("\"dropped\":4")) }
    }

    /// A picture that can't be read is told again.
    @Test func aBrokenPictureIsToldAgain() throws {
        let pictures = model.folder.path("pictures")
        for (name, source) in [("1.png", "rgb.png"), ("3.jpg", "rgb.jpg")] {
            let bytes = try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/\(source)"))
            try folder.write("pictures/\(name)", bytes)
        }
        try folder.write("pictures/2.png", "no picture".utf8)
        let recording = folder.path("a.rec")
        let recorded = try Executable.tacit.run(["record", model.path, "--input", pictures, "--json", recording])
        #expect(recorded.status == 65 && recorded.outputLines.count >= 2, "\(recorded.standardError)")
        let again = try Executable.tacit.run(["replay", model.path, recording, "--json"])
        #expect(again.status == 0 && again.output == recorded.output)
        #expect(again.standardError == recorded.standardError)
    }
}
