import Foundation
import TacitTestSupport
import Testing

/// Whenever and however a stream is ended, what was told to be on is told to be off.
@Suite(.enabled(if: TestPaths.hasModel("words.gguf") && TestPaths.hasModel("image.gguf"), "models/ is empty"))
struct EveryOnHasItsOffTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func model(_ name: String) -> String { TestPaths.package.appendingPathComponent("models/\(name)").path }

    /// Waits for an `on`, ends the run, and counts.
    private func check(_ run: LiveRun, _ signal: Int32) throws {
        var balance = 0
        while balance == 0 {
            let line = try #require(run.readLine())
            if line.contains("\"state\":\"on\"") { balance += 1 }
        }
        run.send(signal: signal)
        while let line = run.readLine() {
            if line.contains("\"state\":\"on\"") { balance += 1 }
            if line.contains("\"state\":\"off\"") { balance -= 1 }
        }
        #expect(run.finish() == 0)
        #expect(balance == 0)
    }

    /// The next label is minutes away.
    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aPacedSound(signal: Int32) throws {
        let sound = try folder.write("long.wav", WaveFile.bytes(Sounds.glide(samples: 600 * 16_000), rate: 16_000))
        let run = try LiveRun(
            .tacit,
            [
                "listen", model("words.gguf"), "--input", sound, "--realtime", "--json", "--threshold", "0.01", "--hop",
                "500",
            ])
        try check(run, signal)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aPipeOfPicturesThatStalls(signal: Int32) throws {
        let picture = [UInt8](
            try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/rgb.jpg")))
        try stalled(["watch", model("image.gguf"), "--format", "mjpeg"], picture, signal)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aPipeOfRawFramesThatStalls(signal: Int32) throws {
        let frames = [UInt8](repeating: 90, count: 32 * 32 * 3 + 100)
        try stalled(["watch", model("image.gguf"), "--format", "rgb24", "--size", "32x32"], frames, signal)
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
    func aPipeOfSoundThatStalls(signal: Int32) throws {
        let sound = WaveFile.bytes(Sounds.glide(samples: 5 * 16_000), rate: 16_000, statedDataBytes: .max)
        try stalled(["listen", model("words.gguf")], sound, signal)
    }

    private func stalled(_ arguments: [String], _ bytes: [UInt8], _ signal: Int32) throws {
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        let run = try LiveRun(.tacit, arguments + ["--input", pipe, "--json", "--threshold", "0.01"])
        // For reading, too: a run that ends before it opens the pipe must not leave the test waiting.
        let writing = open(pipe, O_RDWR | O_CLOEXEC)
        defer { close(writing) }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            sent += count
        }
        try check(run, signal)
    }
}
