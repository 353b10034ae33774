import Foundation
import TacitTestSupport
import Testing

/// Sound from a program, with and without a gate: not one allocation by any thread after the first label.
@Suite struct CommandAllocationTests {
    @Test(arguments: [[], ["--gate", "-40"]], [1.0, 3.0])
    func aCommandAllocatesNothing(gate: [String], factor: Double) throws {
        let golden = try GoldenCase(name: "llama-plain")
        let model = try ConvertedModel(golden)
        let rate = Int(Double(golden.sampleRate) * factor)
        let part = Sounds.glide(samples: 3 * rate)
        let bytes = Sounds.raw((0..<3).flatMap { _ in part + [Int16](repeating: 0, count: 3 * rate) })
        let options = ["--json", "--hop", "0.5", "--on-after", "86400", "--raw", "--rate", "\(rate)"] + gate
        let expected = try Executable.tacit.run(["listen", model.path, "--input", "-"] + options, input: bytes)
        // The last ones come only with the end of what is resampled.
        let lines = expected.outputLines.count - 1
        #expect(lines > 5)

        // A reading's worth at a time, so that no line finds the queue full; then it stays open.
        for (index, start) in stride(from: 0, to: bytes.count, by: rate).enumerated() {
            try model.folder.write("part.\(100 + index)", bytes[start..<min(start + rate, bytes.count)])
        }
        let script = try model.folder.write(
            "script.sh", "for f in \(model.folder.path)/part.*; do cat $f; sleep 0.05; done; exec sleep 1000".utf8)
        let run = try LiveRun(
            .tacit,
            [
                "listen", model.path, "--command", "/usr/bin/env -u LD_PRELOAD /bin/sh \(script)", "--command-silence",
                "600",
            ]
                + options,
            environment: try AllocationCount.environment(model.folder, after: 1))
        for _ in 0..<lines { _ = try #require(run.readLine()) }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        try AllocationCount.expectNone(model.folder)
    }
}
