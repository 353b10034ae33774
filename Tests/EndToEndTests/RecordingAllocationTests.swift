import Foundation
import TacitTestSupport
import Testing

/// Streams that are recorded: not one allocation by any thread after the first label, the one that writes included.
@Suite struct RecordingAllocationTests {
    private struct NotBuilt: Error, CustomStringConvertible {
        let description: String
    }

    private static let counter: Result<(folder: TemporaryFolder, path: String), any Error> = Result {
        let folder = try TemporaryFolder()
        let path = folder.path("count.so")
        let source = TestPaths.fixtures.appendingPathComponent("allocations/count_allocations.c").path
        let outcome = try Executable(path: "/usr/bin/env").run(
            ["clang", "-shared", "-fPIC", "-O1", "-o", path, source])
        guard outcome.status == 0 else { throw NotBuilt(description: outcome.standardError) }
        return (folder, path)
    }

    private func counted(_ folder: TemporaryFolder) throws -> String {
        try String(contentsOfFile: folder.path("allocations"), encoding: .utf8)
    }

    @Test(arguments: [false, true])
    func soundAllocatesNothing(at48: Bool) throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let microphone = try PipeMicrophone()
        let rate = at48 ? 48_000 : golden.sampleRate
        let recording = model.folder.path("a.rec")
        let run = try LiveRun(
            .tacit,
            ["record", model.path, "--device", at48 ? microphone.deviceAt48 : microphone.device, "--json", "--hop", "0.5"]
                + ["--on-after", "86400", recording],
            environment: microphone.environment.merging([
                "LD_PRELOAD": try Self.counter.get().path, "TACIT_COUNT_AFTER": "1",
                "TACIT_COUNT_FILE": model.folder.path("allocations"),
            ]) { $1 })
        #expect(microphone.connect { run.isRunning })
        let sound = Sounds.glide(samples: rate)
        var labels = 0
        for period in 0..<40 * 30 {
            let start = period % 40 * (rate / 40)
            microphone.write(sound[start..<start + rate / 40])
            while Double(period) / 40 > Double(labels + 2) * 0.5 {
                _ = try #require(run.readLine())
                labels += 1
            }
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        let counted = try counted(model.folder)
        #expect(counted == "0 allocations after 1 writes\n", "\(counted)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: recording)).count > 25 * 2 * golden.sampleRate)
    }

    @Test(arguments: ["RGB3:48x36@200", "NV12:48x36@200"])
    func framesAllocateNothing(formats: String) throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let bytes = (0..<48 * 36 * 3 * 7).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 5) }
        var environment = try StandInCamera.environment(
            frames: model.folder.write("frames.raw", bytes), formats: formats, count: 1_000_000)
        environment["LD_PRELOAD"] = "\(try Self.counter.get().path):\(try StandInCamera.library())"
        environment["TACIT_COUNT_AFTER"] = "1"
        environment["TACIT_COUNT_FILE"] = model.folder.path("allocations")
        // Only tacit itself is to be counted: the shell sets what is preloaded for it alone.
        let settings = environment.map { "\($0.key)='\($0.value)'" }
        let command = "\(Executable.tacit.path) record \(model.path) --device \(StandInCamera.path) --json a.rec"
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
        let counted = try counted(model.folder)
        #expect(counted == "0 allocations after 1 writes\n", "\(counted)")
    }
}
