import ArgumentParser
import TacitSinks

/// What goes with `--to jsonl:`.
struct RotationOptions: ParsableArguments {
    @Option(
        name: .customLong("rotate-bytes"),
        help: ArgumentHelp("Put the file away before it gets larger, as 10M.", valueName: "BYTES"),
        transform: { try ByteCount($0) })
    var bytes: ByteCount?

    @Flag(name: .customLong("rotate-daily"), help: "Put the file away with the first line of a new day, UTC.")
    var daily = false

    @Option(
        name: .customLong("rotate-keep"),
        parsing: .unconditional,
        help: ArgumentHelp("How many that were put away are kept (default: \(Rotation().kept)).", valueName: "N"))
    var keep: Int?

    var given: String? {
        bytes != nil ? "--rotate-bytes" : daily ? "--rotate-daily" : keep != nil ? "--rotate-keep" : nil
    }

    func validate() throws {
        if let bytes, bytes.value < 1000 {
            throw ValidationError("--rotate-bytes must be at least 1000: \(bytes.value)")
        }
        guard let keep else { return }
        guard (0...100_000).contains(keep) else {
            throw ValidationError("--rotate-keep must be from 0 to 100000: \(keep)")
        }
        guard bytes != nil || daily else {
            throw ValidationError("--rotate-keep goes with --rotate-bytes or --rotate-daily")
        }
    }

    func apply(to settings: inout Rotation) {
        settings.bytes = bytes?.value
        settings.isDaily = daily
        settings.kept = keep ?? settings.kept
    }
}
