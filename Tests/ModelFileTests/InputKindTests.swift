import TacitModelFile
import Testing

/// What kinds of input say of themselves.
struct InputKindTests {
    static let examples: [InputDescription] = [
        .waveform(WaveformInput(sampleRate: 16000, patch: 400, stride: 160, window: 40)),
        .logmel(
            LogMelInput(
                sampleRate: 16000, fftSize: 512, windowLength: 400, hopLength: 160, mels: 64, minimumFrequency: 20,
                maximumFrequency: 7000, logOffset: 1e-6, mean: -4.5, deviation: 3.25, patchFrames: 4, strideFrames: 2,
                window: 124)),
        .image(
            ImageInput(
                width: 33, height: 17, channels: 3, patch: 4, stride: 2, mean: [0.5, 0.25, 0.125],
                deviation: [1, 2, 3])),
        .tokens(TokensInput(vocabulary: 1024, codebooks: 2, window: 150)),
    ]

    /// The names that stand in adapters and model files.
    @Test func everyKindHasItsRow() throws {
        #expect(InputDescription.names == "waveform, logmel, image, tokens")
        #expect(Self.examples.count == InputDescription.kinds.count)
        for (kind, example) in zip(InputDescription.kinds, Self.examples) {
            #expect(ObjectIdentifier(kind) == ObjectIdentifier(type(of: example.kind)))
            let named = try #require(InputDescription.kind(named: kind.name.description))
            #expect(ObjectIdentifier(named) == ObjectIdentifier(kind))
            #expect(example.kind.input == example)
        }
        #expect(InputDescription.kind(named: "smell") == nil)
    }

    @Test(arguments: examples)
    func fieldsComeBack(_ example: InputDescription) throws {
        var fields = Fields()
        example.kind.write(to: &fields)
        #expect(fields.names == type(of: example.kind).keys)
        #expect(try type(of: example.kind).init(reading: fields).input == example)
    }

    /// A stride that an adapter does not state is the patch.
    @Test(arguments: examples)
    func stridesDefaultToPatches(_ example: InputDescription) throws {
        var fields = Fields()
        example.kind.write(to: &fields)
        for name in ["stride", "stride_frames"] { fields.sizes[name] = nil }
        switch (example, try type(of: example.kind).init(reading: fields).input) {
        case (.waveform(let before), .waveform(let after)): #expect(after.stride == before.patch)
        case (.logmel(let before), .logmel(let after)): #expect(after.strideFrames == before.patchFrames)
        case (.image(let before), .image(let after)): #expect(after.stride == before.patch)
        case (.tokens(let before), .tokens(let after)): #expect(after == before)
        default: Issue.record("another kind")
        }
    }

    @Test func whatOthersDefaultTo() {
        #expect(InputDescription.kinds.map { $0.standards } == [["patch"], ["patch_frames"], ["patch"], []])
    }

    @Test func sizes() {
        #expect(Self.examples.map(\.patchSize) == [400, 256, 48, 2])
        #expect(Self.examples.map(\.window) == [40, 124, 15 * 7, 150])
        #expect(Self.examples.map(\.sense) == [.sound, .sound, .pictures, .tokens])
    }
}

/// Fields in memory.
private struct Fields: InputReader, InputWriter {
    struct Missing: Error {}

    var names: [String] = []
    var sizes: [String: Int] = [:]
    private var lists: [String: [Double]] = [:]

    func size(_ name: String, standard: Int?) throws -> Int {
        guard let size = sizes[name] ?? standard else { throw Missing() }
        return size
    }
    func number(_ name: String) throws -> Double { try numbers(name)[0] }
    func numbers(_ name: String) throws -> [Double] {
        guard let list = lists[name] else { throw Missing() }
        return list
    }

    mutating func size(_ name: StaticString, _ value: Int) {
        names.append(name.description)
        sizes[name.description] = value
    }
    mutating func number(_ name: StaticString, _ value: Double) { numbers(name, [value]) }
    mutating func numbers(_ name: StaticString, _ values: [Double]) {
        names.append(name.description)
        lists[name.description] = values
    }
}
