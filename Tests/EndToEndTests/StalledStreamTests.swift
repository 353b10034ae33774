import Foundation
import TacitTestSupport
import Testing

/// A stream that has stalled, or waits for its pace, is called off: every `on` still has its `off`.
@Suite struct StalledStreamTests {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// What a stream of pictures is made of, and how it stalls.
    enum Pictures: CaseIterable {
        case rawStandardInput, rawPipe, rawPaced, mjpegStandardInput, mjpegPipe, mjpegWithinPicture
        /// A pipe that nothing tells of but that it is one.
        case plainPipe
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Sends `signal` once something is on, and has what was printed and said.
    private func callOff(_ run: LiveRun, _ signal: Int32) throws -> [ResultLine] {
        var lines: [String] = []
        while let line = run.readLine() {
            lines.append(line)
            if line.contains(#""state":"on""#) { break }
        }
        // Whether it waits by now is not for the test to know; both ways it must end well.
        run.send(signal: signal)
        while let line = run.readLine() { lines.append(line) }
        #expect(run.finish() == 0)
        #expect(run.standardError.isEmpty)
        return try ResultLine.lines(lines).filter { $0.type == "event" }
    }

    @Test(arguments: signals, Pictures.allCases)
    func watching(signal: Int32, pictures: Pictures) throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let jpeg = try Data(
            contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg"))
        let raw = [UInt8](repeating: 100, count: 3 * 8 * 8)
        let isRaw = [.rawStandardInput, .rawPipe, .rawPaced].contains(pictures)
        let isPipe = [.rawPipe, .mjpegPipe, .plainPipe].contains(pictures)
        var bytes = isRaw ? raw : Array(jpeg)
        switch pictures {
        case .rawPaced: bytes += raw
        case .mjpegWithinPicture: bytes += jpeg.prefix(jpeg.count / 2)
        case .rawStandardInput, .rawPipe: bytes += raw.prefix(17)
        case .mjpegStandardInput, .mjpegPipe, .plainPipe: break
        }
        var arguments = ["watch", model.path, "--json", "--top", "1", "--threshold", "0.01", "--on-after", "0"]
        if isRaw { arguments += ["--size", "8x8", "--format", "rgb24"] }
        // The second frame is due in a quarter of an hour.
        if pictures == .rawPaced { arguments += ["--realtime", "--rate", "0.001"] }

        var ends: [Int32] = [-1, -1]
        let name = folder.path(isRaw || pictures == .plainPipe ? "frames" : "frames.mjpeg")
        if isPipe {
            #expect(mkfifo(name, 0o600) == 0)
            ends[1] = open(name, O_RDWR | O_CLOEXEC)
        } else {
            #expect(pipe(&ends) == 0)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        defer { for end in ends where end >= 0 { close(end) } }
        let run = try LiveRun(
            .tacit, arguments + ["--input", isPipe ? name : "-"], input: isPipe ? nil : ends[0])
        #expect(bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == bytes.count)
        try expectPairs(try callOff(run, signal))
    }

    /// A pipe to which nobody writes, waited for by whatever watches.
    @Test(arguments: signals, ["watch", "record"])
    func waitingForAWriter(signal: Int32, command: String) throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let pipe = folder.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        // With a writer that never writes, at first: the run is at the pipe once it has it open.
        let run = try LiveRun(
            .tacit,
            [command, model.path, "--json", "--input", pipe] + (command == "record" ? [folder.path("out")] : []))
        var writing: Int32 = -1
        #expect(
            waitUntil {
                writing = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                return writing >= 0
            })
        defer { close(writing) }
        run.send(signal: signal)
        #expect(run.finish() == 0)
        // What does not end by itself is ended after a while, and that is said.
        #expect(run.standardError.isEmpty, "\(run.standardError)")
    }

    /// How a stream of sound stalls, or waits.
    enum Sounds: CaseIterable {
        case rawStandardInput, wavePipe, paced
        /// The next label is minutes away.
        case pacedFarApart
    }

    @Test(arguments: signals, Sounds.allCases)
    func listening(signal: Int32, sounds: Sounds) throws {
        let golden = try GoldenCase(name: "gpt2-sliding")
        let model = try ConvertedModel(golden)
        let stride = Double(try ModelInput(model.path).strideSamples) / Double(golden.sampleRate)
        let isPaced = [.paced, .pacedFarApart].contains(sounds)
        let hop = sounds == .pacedFarApart ? 500 : stride
        let samples = TacitTestSupport.Sounds.glide(
            samples: sounds == .pacedFarApart ? 600 * golden.sampleRate : 16_000)
        let rate = UInt32(golden.sampleRate)
        var bytes: [UInt8] = []
        var input = "-"
        switch sounds {
        case .rawStandardInput: bytes = samples.withUnsafeBytes { Array($0) }
        case .wavePipe:
            bytes = WaveFile.bytes(samples, rate: rate, statedDataBytes: .max)
            input = folder.path("pipe")
        case .paced, .pacedFarApart: input = try folder.write("sound.wav", WaveFile.bytes(samples, rate: rate))
        }
        var ends: [Int32] = [-1, -1]
        if sounds == .wavePipe {
            #expect(mkfifo(input, 0o600) == 0)
            // For reading, too: a run that ends before it opens the pipe must not leave the test waiting.
            ends[1] = open(input, O_RDWR | O_CLOEXEC)
        } else if !isPaced {
            #expect(pipe(&ends) == 0)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        }
        defer { for end in ends where end >= 0 { close(end) } }
        let run = try LiveRun(
            .tacit,
            ["listen", model.path, "--json", "--top", "1", "--threshold", "0.01", "--hop", "\(hop)", "--input", input]
                + (isPaced ? ["--realtime"] : []),
            input: ends[0] >= 0 ? ends[0] : nil)
        if !isPaced {
            #expect(bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == bytes.count)
        }
        try expectPairs(try callOff(run, signal))
    }
}
