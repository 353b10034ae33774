import Foundation
import TacitTestSupport
import Testing

/// `watch` on files, streams and what stands in for a camera; where a format is converted, through the real libv4l2.
@Suite struct WatchTests {
    private let model: ConvertedModel
    private let folder: TemporaryFolder

    private static let width = 24
    private static let height = 18
    private static let count = 6

    init() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        folder = try TemporaryFolder()
    }

    private func noise(_ bytes: Int, seed: UInt64) -> [UInt8] {
        var random = RandomNumbers(seed: seed)
        return (0..<bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    private func watch(
        _ options: [String], input: [UInt8] = [], environment: [String: String] = [:]
    ) throws -> Executable.Outcome {
        try Executable.tacit.run(
            ["watch", model.path, "--json", "--top", "0", "--logits"] + options, input: input,
            environment: environment)
    }

    private struct Line: Decodable {
        let type: String
        let time: Double
        let frame: Int?
        let dropped: Int?
        let reason: String?
        let lostSeconds: Double?
        let state: String?
    }

    private func lines(_ outcome: Executable.Outcome, _ type: String = "labels") throws -> [Line] {
        try outcome.outputLines.map { try JSONDecoder.snakeCase.decode(Line.self, from: Data($0.utf8)) }
            .filter { $0.type == type }
    }

    private func logits(_ outcome: Executable.Outcome) -> [String] {
        outcome.outputLines.compactMap { arrayText("logits", in: $0).map(String.init) }
    }

    /// Whether each frame of a camera has the logits of its number in the file, which is streamed over and over.
    private func areTheSame(_ lines: [Line], _ logits: [String], _ expected: [String]) -> Bool {
        guard !expected.isEmpty, lines.count == logits.count else { return false }
        return zip(lines, logits).allSatisfy { line, logits in
            line.frame.map { expected[$0 % expected.count] } == logits
        }
    }

    @Test(arguments: [("rgb24", "RGB3", 3), ("yuyv", "YUYV", 2), ("grey", "GREY", 1), ("nv12", "NV12", 0)])
    func aFrameIsTheSameFromEverywhere(format: String, code: String, bytes: Int) throws {
        let size = "\(Self.width)x\(Self.height)"
        let frameBytes = bytes > 0 ? Self.width * Self.height * bytes : Self.width * Self.height * 3 / 2
        let frames = noise(frameBytes * Self.count, seed: 9)
        let path = try folder.write("frames.raw", frames)
        let file = try watch(["--input", path, "--size", size, "--format", format])
        #expect(file.status == 0 && file.errorLines.isEmpty, "\(file.standardError)")
        let expected = logits(file)
        #expect(expected.count == Self.count && Set(expected).count == Self.count)
        let stream = try watch(["--input", "-", "--size", size, "--format", format], input: frames)
        #expect(logits(stream) == expected)
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "0"],
            environment: StandInCamera.environment(
                frames: path, formats: "\(code):\(size)@20", count: Self.count))
        #expect(camera.status == 75, "\(camera.standardError)")
        // A machine that is held up may drop frames, and the camera begins its file anew; those that came are the same.
        let found = try lines(camera)
        #expect(!found.isEmpty)
        #expect(found.count + (found.last?.dropped ?? 0) == (found.last?.frame ?? 0) + 1)
        #expect(areTheSame(found, logits(camera), expected))
        #expect(camera.errorLines.first?.hasSuffix("\(code) \(size) at 20 frames a second") == true)
        #expect(camera.errorLines.last?.hasSuffix("lost, and not back within 0 seconds") == true)
    }

    @Test func picturesFromFilesAndStreams() throws {
        let pictures = TestPaths.fixtures.appendingPathComponent("pictures").path
        let names = ["grey.jpg", "progressive.jpg", "rgb.jpg"]
        for name in names {
            try folder.write("in/a/\(name)", Data(contentsOf: URL(fileURLWithPath: "\(pictures)/\(name)")))
        }
        let classified = try Executable.tacit.run(
            ["classify", model.path, "--json", "--top", "0", "--logits"] + names.map { "\(pictures)/\($0)" })
        let expected = logits(classified)
        #expect(expected.count == 3)
        let whole = try watch(["--input", folder.path("in")])
        #expect(whole.status == 0)
        #expect(logits(whole) == expected)
        #expect(try lines(whole).map(\.time) == [0, 1, 2])
        #expect(try lines(whole).map(\.frame) == [0, 1, 2])
        let bytes = try names.flatMap { try Data(contentsOf: URL(fileURLWithPath: "\(pictures)/\($0)")) }
        let stream = try watch(["--input", "-"], input: bytes)
        #expect(logits(stream) == expected)
        #expect(try lines(stream).map(\.time) == [0, 0.04, 0.08])
        let every = try watch(["--input", "-", "--every", "0.05"], input: bytes)
        #expect(try lines(every).map(\.frame) == [0, 2])
        let single = try watch(["--input", "\(pictures)/rgb.jpg"])
        #expect(logits(single) == [expected[2]])
    }

    /// Each picture of a pipe is labelled when it is whole, whatever the pipe is called.
    @Test func aPipeIsAStream() throws {
        let pictures = TestPaths.fixtures.appendingPathComponent("pictures").path
        let all = try ["grey.jpg", "progressive.jpg", "rgb.jpg"].map {
            try Data(contentsOf: URL(fileURLWithPath: "\(pictures)/\($0)"))
        }
        let expected = logits(try watch(["--input", "-"], input: all.flatMap { $0 }))
        #expect(expected.count == 3)
        #expect(logits(try watch(["--input", "/dev/stdin"], input: all.flatMap { $0 })) == expected)
        let pipe = folder.path("pipe.jpg")
        try #require(mkfifo(pipe, 0o600) == 0)
        let run = try LiveRun(
            .tacit, ["watch", model.path, "--json", "--top", "0", "--logits", "--input", pipe])
        // For reading, too: a run that ends before it opens the pipe must not leave the test waiting.
        let writing = open(pipe, O_RDWR | O_CLOEXEC)
        try #require(writing >= 0)
        for (picture, expected) in zip(all, expected) {
            #expect(picture.withUnsafeBytes { write(writing, $0.baseAddress, $0.count) } == picture.count)
            // Before the next one is there, and while the writer goes on.
            let line = try #require(run.readLine(), "\(run.standardError)")
            #expect(arrayText("logits", in: line).map(String.init) == expected)
        }
        close(writing)
        #expect(run.readLine() == nil)
        #expect(run.finish() == 0)
    }

    @Test func motionJPEGFromACamera() throws {
        let picture = try Data(
            contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg"))
        let padded = Array(picture) + [UInt8](repeating: 0, count: 4096 - picture.count)
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "0"],
            environment: StandInCamera.environment(
                frames: try folder.write("frames.raw", padded), formats: "MJPG:17x13@20", count: 3,
                ["CAMERA_FRAME_BYTES": "4096"]))
        let file = try watch(["--input", TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg").path])
        #expect(camera.status == 75)
        #expect(!logits(camera).isEmpty && logits(camera).allSatisfy { $0 == logits(file).first })
    }

    @Test func damagedFramesAreSkippedAndCounted() throws {
        let bytes = Self.width * Self.height * 3
        let frames = noise(bytes * Self.count, seed: 3)
        let path = try folder.write("frames.raw", frames)
        let size = "\(Self.width)x\(Self.height)"
        let expected = logits(try watch(["--input", path, "--size", size, "--format", "rgb24"]))
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "0"],
            environment: StandInCamera.environment(
                frames: path, formats: "RGB3:\(size)@20", count: Self.count, ["CAMERA_DAMAGED": "3"]))
        let found = try lines(camera)
        #expect(!found.isEmpty && found.count <= 4)
        #expect(found.last?.dropped ?? 0 > 0)
        #expect(areTheSame(found, logits(camera), expected))
        #expect(camera.errorLines.contains { $0.contains("damaged") })
    }

    @Test func comesBackAfterBeingAway() throws {
        let size = "\(Self.width)x\(Self.height)"
        let path = try folder.write("frames.raw", noise(Self.width * Self.height * 2 * Self.count, seed: 5))
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "2"],
            environment: StandInCamera.environment(
                frames: path, formats: "YUYV:\(size)@20", count: Self.count, ["CAMERA_AWAY": "400"]))
        #expect(camera.status == 75)
        #expect(camera.errorLines.contains("tacit: the camera is lost (No such device); waiting for it"))
        #expect(camera.errorLines.contains("tacit: the camera is back"))
        let gaps = try lines(camera, "gap")
        try #require(gaps.count == 1)
        #expect(gaps[0].reason == "lost")
        let lost = try #require(gaps[0].lostSeconds)
        #expect(lost >= 0.4)
        let labels = try lines(camera)
        #expect(labels.contains { $0.time < gaps[0].time - lost + 0.01 })
        #expect(labels.contains { $0.time >= gaps[0].time })
        #expect(zip(labels, labels.dropFirst()).allSatisfy { $0.time < $1.time })
    }

    @Test func listsTheCamera() throws {
        let environment = try StandInCamera.environment(
            frames: folder.write("frames.raw", [0]), formats: "YUYV:320x240@30,YUYV:320x240@15,MJPG:640x480@30",
            count: 1)
        let outcome = try Executable.tacit.run(["devices", "--json"], environment: environment)
        #expect(outcome.status == 0)
        #expect(
            outcome.outputLines.contains(
                #"{"kind":"camera","name":"Stand-in camera","id":"/dev/video0","#
                    + #""formats":["YUYV 320x240 at 30, 15 fps","MJPG 640x480 at 30 fps"]}"#))
    }

    /// Sizes that no picture has are no modes, whatever a driver says.
    @Test func modesOfAbsurdSizesAreLeftOut() throws {
        let size = "\(Self.width)x\(Self.height)"
        let environment = try StandInCamera.environment(
            frames: folder.write("frames.raw", noise(Self.width * Self.height * 2 * Self.count, seed: 5)),
            formats: "YUYV:4294967295x4294967295@30,YUYV:70000x240@30,YUYV:\(size)@20", count: Self.count)
        let devices = try Executable.tacit.run(["devices", "--json"], environment: environment)
        #expect(devices.status == 0)
        #expect(devices.standardOutput.contains(#""formats":["YUYV \#(size) at 20 fps"]"#), "\(devices.standardOutput)")
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "0"], environment: environment)
        #expect(camera.status == 75, "\(camera.standardError)")
        #expect(try !lines(camera).isEmpty)
    }

    @Test(arguments: ["4294967295x4294967295", "70000x240", "9000x9000", "640x480"])
    func anAnswerThatCannotBeIsRefused(answer: String) throws {
        let camera = try watch(
            ["--device", StandInCamera.path, "--wait-lost", "0"],
            environment: StandInCamera.environment(
                frames: folder.write("frames.raw", [0]), formats: "YUYV:\(Self.width)x\(Self.height)@20", count: 3,
                ["CAMERA_ANSWER": answer]))
        #expect(camera.status == 69, "\(camera.standardError)")
        #expect(camera.errorLines.count == 1 && camera.standardError.contains("the camera answers"))
    }

    @Test func eventsHaveTheStreamsTime() throws {
        // The same picture for three seconds: its best label is on from the first second to the end.
        let frame = noise(24 * 18 * 3, seed: 1)
        let outcome = try Executable.tacit.run(
            ["watch", model.path, "--json", "--input", "-", "--size", "24x18", "--format", "rgb24", "--rate", "10"]
                + ["--threshold", "0.11", "--on-after", "1"],
            input: (0..<30).flatMap { _ in frame })
        let events = try lines(outcome, "event")
        #expect(!events.isEmpty)
        #expect(events.filter { $0.state == "on" }.allSatisfy { $0.time == 1 })
    }

    @Test func saysWhatIsWrong() throws {
        let broken = try folder.write("broken.png", Array("\u{89}PNG\r\n\u{1a}\nrubbish".utf8))
        let cases: [([String], [UInt8], Int32)] = [
            (["--input", broken], [], 65), (["--input", "-"], [1, 2, 3], 65), (["--input", "-"], [], 65),
            (["--input", "-", "--size", "4x4", "--format", "grey"], [1, 2, 3], 65),
            (["--input", folder.path("nowhere.png")], [], 66), (["--input", "/dev"], [], 66),
            (["--device", "/dev/nothing-here"], [], 69), (["--device", "usb-nowhere-1"], [], 69),
            (["--device", ""], [], 64), (["--input", "-", "--size", "4x4"], [], 64),
            (["--input", "-", "--format", "yuyv"], [], 64), (["--input", "-", "--format", "bmp"], [], 64),
            (["--input", "-", "--size", "60000x60000", "--format", "grey"], [], 64),
            (["--input", "-", "--device", "x"], [], 64), (["--realtime"], [], 64),
            (["--input", "-", "--every", "-1"], [], 64), (["--input", "-", "--every", "nan"], [], 64),
            (["--input", "-", "--rate", "inf"], [], 64), (["--smooth", "-1", "--input", "-"], [], 64),
            (["--input", "-", "--wait", "3"], [], 64), (["--input", broken, "--wait-lost", "3"], [], 64),
        ]
        for (options, input, status) in cases {
            let outcome = try watch(options, input: input)
            #expect(outcome.status == status, "\(options): \(outcome.standardError)")
            #expect(outcome.output.isEmpty)
            if status != 64 { #expect(outcome.errorLines.count == 1, "\(options): \(outcome.standardError)") }
        }
        let sound = try ConvertedModel(GoldenCase(name: "llama-plain"))
        let refused = try Executable.tacit.run(["watch", sound.path, "--input", broken])
        #expect(refused.status == 65)
        #expect(refused.errorLines == ["tacit: \(sound.path): input: the model takes sound, not images"])
    }

    @Test func brokenPicturesDoNotStopAFolder() throws {
        let pictures = TestPaths.fixtures.appendingPathComponent("pictures").path
        try folder.copy("\(pictures)/rgb.png", as: "1.png")
        try folder.write("2.png", [1, 2, 3])
        try folder.write("3.jpg", [])
        try folder.copy("\(pictures)/rgb.jpg", as: "4.jpg")
        let outcome = try watch(["--input", folder.path])
        #expect(outcome.status == 65)
        #expect(try lines(outcome).map(\.frame) == [0, 3])
        #expect(outcome.errorLines.count == 2)
    }
}
