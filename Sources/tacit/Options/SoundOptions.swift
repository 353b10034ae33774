import ArgumentParser
import TacitDevices
import TacitDiagnostics
import TacitLabelling
import TacitMedia

/// Where sound comes from.
struct SoundOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The microphone: a name of ALSA's, a card's id, or an id that 'tacit devices' shows (default: default).",
            valueName: "NAME"))
    var device: String?

    @OptionGroup var waits: WaitOptions

    @Option(help: ArgumentHelp("A sound file, or - for a sound or raw samples on standard input.", valueName: "FILE|-"))
    var input: String?

    @OptionGroup var program: SourceCommandOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Hertz of raw samples, if not the model's.", valueName: "HZ"),
        transform: { text -> Int in
            // A picture's rate, by the same key of settings, may be any number.
            guard let rate = Int(text) else { throw ValidationError("expected a whole number of hertz") }
            return rate
        })
    var rate: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Channels of raw samples; they are averaged.", valueName: "N"))
    var channels: Int?

    @Flag(help: "Take standard input, or what a program writes, for raw samples even if it looks like a sound file.")
    var raw = false

    @OptionGroup var pace: PaceOption

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Ask the model only while it is louder than this, in decibels of full scale (-45, say), and a second "
                + "longer.",
            valueName: "DB"))
    var gate: Double?

    func validate() throws {
        if input != nil, device != nil || waits.isGiven {
            throw ValidationError("--device, --wait and --wait-lost choose a microphone: they don't go with --input")
        }
        if program.command != nil, input != nil || device != nil {
            throw ValidationError("--command is a source of its own: it doesn't go with --device or --input")
        }
        if input == nil, pace.realtime {
            throw ValidationError("--realtime paces a file or standard input: it goes with --input")
        }
        if input != StandardInput.path, program.command == nil {
            guard rate == nil, channels == nil, !raw else {
                throw ValidationError(
                    "--raw, --rate and --channels are about raw samples: they go with --input - and --command")
            }
        }
        if let gate, !LoudnessGate.limits.contains(gate) {
            throw ValidationError(
                "--gate must be from \(Int(LoudnessGate.limits.lowerBound)) to \(Int(LoudnessGate.limits.upperBound)) "
                    + "dB: \(gate)"
            )
        }
        if let rate, !SoundSources.rates.contains(rate) {
            let limits = SoundSources.rates
            throw ValidationError("--rate must be from \(limits.lowerBound) to \(limits.upperBound) Hz: \(rate)")
        }
        if let channels, !(1...SoundSources.maximumChannels).contains(channels) {
            throw ValidationError("--channels must be from 1 to \(SoundSources.maximumChannels): \(channels)")
        }
    }

    /// What is heard: a program, where it is one, or what else the options name.
    func sound(_ program: CommandSource?) -> ListenInput {
        if let program { return .command(program, rate: rate, channels: channels, isRaw: raw) }
        return switch input {
        case nil: .microphone(device, waits)
        case StandardInput.path: .standard(rate: rate, channels: channels, isRaw: raw)
        case let path?: .file(path)
        }
    }
}
