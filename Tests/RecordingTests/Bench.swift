import Foundation
import Glibc
import Synchronization
import TacitDiagnostics
import TacitFrontEnd
import TacitLabelling
import TacitLive
import TacitMedia
import TacitModelFile
import TacitRecording
import TacitTestSupport

/// A disk that a test makes slow, or full.
final class Disk: Sendable {
    private let state = Mutex<(looks: Int, room: Int)>((0, .max))

    /// How often a write that waits will still find it standing.
    var looks: Int { state.withLock { $0.looks } }

    func stop(looks: Int = .max) { state.withLock { $0.looks = looks } }
    func goOn() { stop(looks: 0) }
    func limit(to bytes: Int) { state.withLock { $0.room = bytes } }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        _ = waitUntil(pause: 100) {
            state.withLock { state in
                defer { state.looks = max(0, state.looks - 1) }
                return state.looks == 0
            }
        }
        let room = state.withLock { state in
            defer { state.room -= min(count, state.room) }
            return min(count, state.room)
        }
        guard room > 0 else {
            errno = ENOSPC
            return -1
        }
        return Glibc.write(descriptor, bytes, room)
    }
}

/// Streams over a model that says what it is given, recorded and replayed.
struct Bench {
    let folder: TemporaryFolder
    let disk = Disk()
    var waits = false
    var averagedLabels: Int?
    var wish: RecordingWish
    /// Samples a second, a sample a patch, four a window.
    private static let sound = EchoModel.description(
        .waveform(WaveformInput(sampleRate: 1000, patch: 1, stride: 1, window: 4)))
    private static let images = EchoModel.description(
        .image(ImageInput(width: 2, height: 2, channels: 1, patch: 1, stride: 1, mean: [0], deviation: [0.25])))
    private static let hop = 0.05
    private static let ticks = 10_000

    init(_ name: String = "a.rec") throws {
        folder = try TemporaryFolder()
        wish = RecordingWish(path: folder.path(name), bytes: 1 << 30)
    }

    private func settings(_ sense: RecordedSettings.Sense) -> RecordedSettings {
        RecordedSettings(
            sense: sense, modelName: "echo.gguf", modelDigest: String(repeating: "0", count: 64), input: "a script",
            source: "here", thresholds: [0.5, 0.5], selected: [0, 1], events: EventSettings(smooth: 0.1),
            averagedLabels: averagedLabels, top: 0, showFrom: nil, hasLogits: true, isLive: true)
    }

    private static func stream(
        _ sense: any StreamSense, rate: Int, hop: Int, _ moments: any StreamMoments, averagedLabels: Int?
    ) throws -> LiveStream {
        LiveStream(
            sense,
            detector: try EventDetector(
                thresholds: [0.5, 0.5], watched: [0, 1], settings: EventSettings(smooth: 0.1), sampleRate: rate,
                hop: hop,
                averagedLabels: averagedLabels),
            isPaced: false, stop: StopToken(), moments: moments)
    }

    private static func sense(_ source: any SampleSource) throws -> SoundSense {
        SoundSense(
            source: source,
            labeller: try SoundLabeller(
                sound, plan: WindowPlan(sound, hop: hop), ending: .fullWindows, model: EchoModel(patchSize: 1)))
    }

    private static func sense(_ source: any FrameSource) throws -> FrameSense {
        FrameSense(
            source: source, labeller: try ImageLabeller(images, model: EchoModel(patchSize: 1)), every: nil,
            broken: { _ in })
    }

    private func recorder(_ sense: RecordedSettings.Sense, note: @escaping (Recorder.Note) -> Void) throws -> Recorder {
        try Recorder(
            wish, settings(sense), waits: waits, stop: StopToken(), writing: { [disk] in disk.write($0, $1, $2) },
            note: note)
    }

    /// The lines of a stream of sound that was recorded.
    func record(_ steps: [Step<SoundEvent>], note: @escaping (Recorder.Note) -> Void = { _ in }) throws -> String {
        let lines = Lines()
        try record(steps, lines, note: note)
        return lines.text
    }

    func record(
        _ steps: [Step<SoundEvent>], _ lines: Lines, note: @escaping (Recorder.Note) -> Void = { _ in }
    ) throws {
        let recorder = try recorder(.sound(sampleRate: 1000, hop: Self.hop, gate: nil), note: note)
        let sense = try Self.sense(RecordedSound(ScriptedSound(steps), recorder))
        let stream = try Self.stream(sense, rate: 1000, hop: 50, recorder, averagedLabels: averagedLabels)
        try recorder.run { try stream.run(lines) }
    }

    /// The lines of a stream of frames that was recorded.
    func record(
        frames steps: [Step<(size: Int, channels: Int, grey: UInt8, event: FrameEvent)>],
        note: @escaping (Recorder.Note) -> Void = { _ in }
    ) throws -> String {
        let lines = Lines()
        let recorder = try recorder(.pictures(ticksPerReading: Self.ticks), note: note)
        let sense = try Self.sense(RecordedFrames(ScriptedFrames(steps), recorder))
        let stream = try Self.stream(sense, rate: 1_000_000, hop: Self.ticks, recorder, averagedLabels: averagedLabels)
        try recorder.run { try stream.run(lines) }
        return lines.text
    }

    struct Replayed {
        var lines: String
        /// Why it ended before its end.
        var error: TacitError?
        /// Gaps, or frames, that could not be recorded in time.
        var missed = 0
        var ending: RecordingReader.Ending?
    }

    func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: wish.path))) }

    /// A recording again, up to where it is whole.
    static func replay(_ path: String) throws -> Replayed {
        var result = Replayed(lines: "")
        let lines = Lines()
        do {
            let reader = try RecordingReader(path: path)
            result.ending = reader.ending
            let moments = ReplayedMoments(reader, stop: StopToken())
            var missed = { 0 }
            defer { (result.missed, result.ending) = (missed(), reader.ending) }
            let stream: LiveStream
            let averagedLabels = reader.settings.averagedLabels
            if reader.settings.isSound {
                let sound = ReplayedSound(reader, sampleRate: 1000)
                missed = { sound.missed.gaps }
                stream = try Self.stream(try sense(sound), rate: 1000, hop: 50, moments, averagedLabels: averagedLabels)
            } else {
                let frames = ReplayedFrames(reader)
                missed = { frames.missed }
                stream = try Self.stream(
                    try sense(frames), rate: 1_000_000, hop: ticks, moments, averagedLabels: averagedLabels)
            }
            defer { result.lines = lines.text }
            try stream.run(lines)
            try reader.finish()
        } catch let error as TacitError {
            result.error = error
        }
        return result
    }

    /// The same of bytes.
    static func replay(_ bytes: [UInt8]) throws -> Replayed {
        // Through a pipe, which takes so many at once: there are thousands of them.
        precondition(bytes.count <= 65_536)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TacitError(.cannotCreate, file: "spoilt", "no pipe") }
        defer { close(ends[0]) }
        let written = bytes.withUnsafeBytes { Glibc.write(ends[1], $0.baseAddress, $0.count) }
        close(ends[1])
        guard written == bytes.count else { throw TacitError(.cannotCreate, file: "spoilt", "no room in a pipe") }
        return try Self.replay("/proc/self/fd/\(ends[0])")
    }
}

/// What makes scripts.
struct Chance {
    var random: RandomNumbers

    init(seed: UInt64) { random = RandomNumbers(seed: seed) }

    mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    mutating func isTrue(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }

    /// A stretch of one level, in whole 16-bit steps or between them, now and then with what is no usual number.
    mutating func samples(_ range: ClosedRange<Int>) -> [Float] {
        let level = Int.random(in: -32_768...32_767, using: &random)
        let isWhole = isTrue(0.6)
        return (0..<number(range)).map { _ in
            let sample = min(max(level + number(-200...200), -32_768), 32_767)
            if isWhole { return Float(sample) / 32_768 }
            return isTrue(0.02) ? -0.0 : Float(sample) / 32_768 + Float.random(in: 0..<1e-5, using: &random)
        }
    }

    mutating func sound(steps: Int) -> [Step<SoundEvent>] {
        (0..<steps).map { _ in
            if isTrue(0.15) {
                let reasons: [SourceEvent.Reason] = [.overrun, .suspend, .lost, .command]
                return .give(.gap(number(0...900), reasons[number(0...3)]))
            }
            return .give(.samples(samples(1...300)))
        }
    }
}
