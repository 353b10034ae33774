import ArgumentParser
import TacitSinks

/// What goes with `--to clips:`.
struct ClipOptions<Use: SinkUse>: ParsableArguments {
    @Option(
        name: .customLong("clip-before"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sound before an event that is kept (default: the model's window and a second).", valueName: "SECONDS",
            visibility: Use.writing))
    var before: Double?

    @Option(
        name: .customLong("clip-after"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sound after its end (default: \(Int(standard.after))).", valueName: "SECONDS", visibility: Use.writing))
    var after: Double?

    @Option(
        name: .customLong("clip-longest"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long a clip gets at most (default: \(Int(standard.longest))).", valueName: "SECONDS",
            visibility: Use.writing))
    var longest: Double?

    @Option(
        name: .customLong("clip-count"),
        parsing: .unconditional,
        help: ArgumentHelp(
            "How many are kept; the oldest make way (default: \(standard.count)).", valueName: "N",
            visibility: Use.writing))
    var count: Int?

    @Option(
        name: .customLong("clip-bytes"),
        help: ArgumentHelp(
            "How much of them, as 500M or 2G (default: \(standard.bytes / 1_000_000)M).", valueName: "BYTES",
            visibility: Use.writing),
        transform: { try ByteCount($0) })
    var bytes: ByteCount?

    @Option(
        name: .customLong("clip-days"), parsing: .unconditional,
        help: ArgumentHelp("For how long (default: \(Int(standard.days))).", valueName: "DAYS", visibility: Use.writing)
    )
    var days: Double?

    @Option(
        name: .customLong("clip-reserve"),
        help: ArgumentHelp("What is left free on the disk (default: a twentieth of it).", valueName: "BYTES"),
        transform: { try ByteCount($0) })
    var reserve: ByteCount?

    private static var standard: ClipSettings { ClipSettings() }

    var given: String? {
        let flags: [(String, Bool)] = [
            ("before", before != nil), ("after", after != nil), ("longest", longest != nil), ("count", count != nil),
            ("bytes", bytes != nil), ("days", days != nil), ("reserve", reserve != nil),
        ]
        return flags.first { $0.1 }.map { "--clip-\($0.0)" }
    }

    func validate() throws {
        for (name, value, range) in [
            ("before", before, 0.0...300.0), ("after", after, 0...300), ("longest", longest, 1...3600),
            ("days", days, 0.001...36_500),
        ] {
            guard let value, !range.contains(value) else { continue }
            throw ValidationError("--clip-\(name) must be from \(range.lowerBound) to \(range.upperBound): \(value)")
        }
        if let count, !(1...1_000_000).contains(count) {
            throw ValidationError("--clip-count must be from 1 to 1000000: \(count)")
        }
        if let bytes, bytes.value == 0 { throw ValidationError("--clip-bytes must be more than 0") }
    }

    func apply(to settings: inout ClipSettings) {
        settings.before = before
        settings.after = after ?? settings.after
        settings.longest = longest ?? settings.longest
        settings.count = count ?? settings.count
        settings.bytes = bytes?.value ?? settings.bytes
        settings.days = days ?? settings.days
        settings.reserve = reserve?.value
    }
}
