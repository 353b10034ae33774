import Glibc
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitMedia

/// Examples from a microphone or a camera, one after another.
final class LiveExamples {
    private enum Source {
        /// At the model's rate, of a microphone.
        case sound(any SampleSource, Microphone)
        case pictures(any FrameSource)
    }

    private let source: Source
    private let maker: ExampleMaker
    private let count: Int
    private let seconds: Double
    /// Of the device, for errors.
    private let name: String?
    /// How often what is unlike the others is asked for again.
    private static let patience = 3

    /// Opens the device.
    ///
    /// - Throws: `TacitError`, of every kind that a device may have.
    init(_ options: LiveExampleOptions, _ maker: ExampleMaker) throws {
        self.maker = maker
        name = options.device
        count = options.count
        if maker.sampleRate > 0 {
            guard !options.isCamera else {
                throw TacitError(.usage, "the model takes sound: --camera goes with a model of images")
            }
            let window = Double(maker.samplesPerWindow) / Double(maker.sampleRate)
            seconds = options.seconds ?? max(window + 1, 3)
            let speaker = LogSpeaker()
            let microphone = try Microphone(
                MicrophoneSettings(sampleRate: maker.sampleRate, wait: 0, waitLost: 0),
                device: try ALSADevice(options.device ?? "default", wakeSeconds: 0.1),
                stopDescriptor: Process.stop.descriptor,
                note: { note in speaker.line { note.write("microphone", to: &$0) } })
            source = .sound(
                try SoundSources.resample(microphone, to: maker.sampleRate, file: options.device), microphone)
        } else {
            seconds = options.seconds ?? 2
            source = .pictures(
                try FrameSources.camera(options.device, for: maker.input, wait: 0, waitLost: 0))
        }
        Process.stopInOrder()
    }

    /// - Parameters:
    ///   - background: to mix with.
    ///   - isBackground: whether it is what the place sounds like, of which the loudest moment is not wanted.
    ///   - accept: keeps an example, of a background one or more, unless another is to be asked for in its place, which
    ///     false says; told whether that may be.
    /// - Throws: `TacitError`: of a device that is lost, bad data for a microphone that stays silent; what `accept` throws.
    func run(
        background: [Example], isBackground: Bool, accept: (_ examples: [Example], _ mayAskAgain: Bool) throws -> Bool
    ) throws {
        var taken = 0
        var (refused, silent) = (0, 0)
        while taken < count, !Process.stop.isStopping {
            // What came while the example before was computed was heard before anybody was asked.
            if case .sound(_, let microphone) = source { microphone.discard() }
            StandardError.line("example \(taken + 1) of \(count): now")
            let examples: [Example]
            switch try next(background: background, isBackground: isBackground) {
            case nil: return
            case .silence(let words)?:
                guard silent < Self.patience else { throw TacitError(.badData, file: name, words) }
                silent += 1
                StandardError.line("the microphone is silent (is it muted, or its level at 0?): once more")
                continue
            case .examples(let made)?:
                examples = made
                silent = 0
            }
            if try accept(examples, refused < Self.patience) {
                taken += 1
                refused = 0
            } else {
                refused += 1
                StandardError.line("unlike the others: once more")
            }
        }
    }

    private enum Next {
        case examples([Example])
        /// Why it is no example.
        case silence(String)
    }

    /// nil when there is no more.
    private func next(background: [Example], isBackground: Bool) throws -> Next? {
        switch source {
        case .sound(let source, _):
            let samples = try source.samples(atMost: Int(seconds * Double(maker.sampleRate)))
            guard !samples.isEmpty, !Process.stop.isStopping else { return nil }
            if isBackground { return .examples(maker.backgrounds(of: samples)) }
            if let words = Silence.fault(samples, sampleRate: maker.sampleRate) { return .silence(words) }
            return .examples([maker.example(of: samples, background: background, isTrimmed: true)])
        case .pictures(let source):
            // The last frame of the time: there is a moment to hold something up.
            var since: Double?
            while !Process.stop.isStopping {
                switch try source.read(notBefore: 0) {
                case .frame(let stamp):
                    let start = since ?? stamp.seconds
                    since = start
                    if stamp.seconds - start >= seconds {
                        return .examples([maker.example(of: source.frame, isBackground: isBackground)])
                    }
                case .passed, .broken, .gap: continue
                case .end: return nil
                }
            }
            return nil
        }
    }
}
