import Glibc
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitMedia

/// What `listen` hears.
enum ListenInput {
    /// By its name; nil for the one that the user has chosen as such.
    case microphone(String?, WaitOptions)
    case file(String)
    /// Standard input: a sound as its first bytes say, or raw samples, of which what isn't given is the model's.
    case standard(rate: Int?, channels: Int?, isRaw: Bool)
    /// The same of what a program writes.
    case command(CommandSource, rate: Int?, channels: Int?, isRaw: Bool)

    /// Whether it comes as time passes.
    var isLive: Bool {
        if case .file = self { false } else { true }
    }

    /// Whether all of it is there already.
    var isWhole: Bool {
        if case .file(let path) = self { SystemPath.kind(path) == S_IFREG } else { false }
    }

    /// Whether it goes on whether or not anyone listens.
    var isDevice: Bool {
        switch self {
        case .microphone, .command: true
        case .file, .standard: false
        }
    }

    /// Hertz of raw samples, where that was said.
    private var rawRate: Int? {
        switch self {
        case .standard(let rate, _, _), .command(_, let rate, _, _): rate
        case .file, .microphone: nil
        }
    }

    /// For people.
    var name: String {
        switch self {
        case .microphone(let device, _): device ?? Self.defaultDevice
        case .file(let path): path
        case .standard: StandardInput.name
        case .command(let source, _, _, _): source.name
        }
    }

    /// ALSA's name for what the user has chosen as such.
    private static let defaultDevice = "default"

    /// - Parameter hop: seconds from one label to the next: to be woken ten times as often keeps none waiting for long.
    /// - Throws: `TacitError`, of every kind that an input may have.
    func open(sampleRate: Int, hop: Double, _ terms: StreamTerms) throws -> any SampleSource {
        let stop = terms.stop.descriptor
        if let rate = rawRate, !SoundSources.canResample(rate, to: sampleRate) {
            throw TacitError(.usage, "--rate: \(rate) Hz can't be converted to the model's \(sampleRate) Hz")
        }
        switch self {
        case .file(let path):
            return try SoundSources.open(path: path, sampleRate: sampleRate, stopDescriptor: stop)
        case .standard(let rate, let channels, let isRaw):
            return StandardInputSource(
                descriptor: STDIN_FILENO, name: name, sampleRate: sampleRate, rawRate: rate,
                rawChannels: channels ?? 1, isRaw: isRaw, stopDescriptor: stop)
        case .command(let source, let rate, let channels, let isRaw):
            return try CommandSound(
                source, sampleRate: sampleRate, rawRate: rate, rawChannels: channels ?? 1, isRaw: isRaw,
                stopDescriptor: stop)
        case .microphone(_, let waits):
            let microphone = try Microphone(
                MicrophoneSettings(sampleRate: sampleRate, wait: waits.atStart, waitLost: waits.lost),
                device: try ALSADevice(name, hop: hop),
                stopDescriptor: stop, note: { note in terms.log { note.write("microphone", to: &$0) } })
            return try SoundSources.resample(microphone, to: sampleRate, file: name)
        }
    }
}
