import Foundation
import TacitTestSupport
import Testing

/// What `show --json` says of a model that hears, in samples.
struct ModelInput {
    let sampleRate: Int
    let windowSamples: Int
    let strideSamples: Int

    private struct Shown: Decodable {
        struct Input: Decodable {
            let kind: String
            let sampleRate: Int
            let window: Int
            let patch: Int?
            let stride: Int?
            let nFft: Int?
            let hopLength: Int?
            let patchFrames: Int?
            let strideFrames: Int?
        }
        let input: Input
    }

    init(_ model: String) throws {
        let outcome = try Executable.tacit.run(["show", "--json", model])
        let input = try JSONDecoder.snakeCase.decode(Shown.self, from: Data(outcome.output)).input
        sampleRate = input.sampleRate
        if input.kind == "waveform" {
            strideSamples = try #require(input.stride)
            windowSamples = (input.window - 1) * strideSamples + (try #require(input.patch))
        } else {
            let hop = try #require(input.hopLength)
            let frames = try #require(input.strideFrames)
            strideSamples = frames * hop
            windowSamples =
                try #require(input.nFft) + ((input.window - 1) * frames + #require(input.patchFrames) - 1) * hop
        }
    }
}
