import Foundation
import TacitTestSupport
import Testing

/// Sound that is recorded: not one allocation by any thread after the first label, the one that writes included.
/// (Frames: `WatchAllocationTests`.)
@Suite struct RecordingAllocationTests {
    @Test(arguments: [false, true])
    func soundAllocatesNothing(at48: Bool) throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let microphone = try PipeMicrophone()
        let rate = at48 ? 48_000 : golden.sampleRate
        let hop = 0.5
        let recording = model.folder.path("a.rec")
        let run = try LiveRun(
            .tacit,
            [
                "record", model.path, "--device", at48 ? microphone.deviceAt48 : microphone.device, "--json", "--hop",
                "\(hop)",
            ]
                + ["--on-after", "86400", recording],
            environment: microphone.environment.merging(AllocationCount.environment(model.folder, after: 1)) { $1 })
        #expect(microphone.connect { run.isRunning })
        _ = try microphone.feed(run, seconds: 30, rate: rate, hop: hop)
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        try AllocationCount.expectNone(model.folder)
        #expect(try Data(contentsOf: URL(fileURLWithPath: recording)).count > 25 * 2 * golden.sampleRate)
    }
}
