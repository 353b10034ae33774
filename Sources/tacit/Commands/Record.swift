import ArgumentParser
import Glibc
import TacitConsole
import TacitDiagnostics
import TacitMedia
import TacitModelFile
import TacitRecording

/// `tacit record`: what `listen` and `watch` do, and a file that `replay` gives the same lines of.
struct Record: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Label a stream and record it, for tacit replay to give the same lines again.",
        usage: "tacit record [MODEL.gguf] [--camera] [--seconds S] [--bytes N] [OPTIONS OF listen OR watch] OUT",
        discussion: """
            Does what tacit listen does, or with --camera or a model of pictures tacit watch, with their options, and \
            writes to OUT all that its lines came from: samples or pixels, gaps, settings, times of day. OUT must not \
            be there yet. It ends with the stream, after --seconds of it, or before OUT has more than --bytes \
            (default: 1G); however it ends, what is in OUT replays. A recording holds what was heard or seen: give it \
            to nobody who should not hear or see it.
            """)

    /// Bytes of a recording that nothing else was said of, and of the shortest.
    private static let usualBytes = 1_000_000_000
    private static let leastBytes = 100_000

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp(
            "The recording, and what tacit listen and tacit watch take; of its own: --camera, --seconds S, --bytes N.",
            valueName: "OUT"))
    var arguments: [String] = []

    private enum Command {
        case listen(Listen)
        case watch(Watch)
    }

    func validate() throws { _ = try parsed() }

    func run() throws {
        if isHelp { throw CleanExit.helpRequest(Self.self) }
        let (command, wish) = try parsed()
        var status = stat()
        // Said before a model is loaded and a device is opened; whoever makes it meanwhile is seen later.
        if SystemPath.withBytes(wish.path, { lstat($0, &status) }) == 0 { throw Recorder.isThere(wish.path) }
        switch command {
        case .listen(let command):
            try command.runAlone(try ModelArgument.only(command.arguments), recording: wish)
        case .watch(let command):
            try command.runAlone(try ModelArgument.only(command.arguments), recording: wish)
        }
    }

    private var isHelp: Bool { arguments.contains("--help") || arguments.contains("-h") }

    /// - Throws: `ValidationError` for what neither `listen` nor `watch` takes, with whose words it is refused.
    private func parsed() throws -> (Command, RecordingWish) {
        if isHelp { return (.listen(Listen()), RecordingWish(path: "", bytes: 0)) }
        var rest = arguments
        let isCamera = rest.contains("--camera")
        rest.removeAll { $0 == "--camera" }
        let seconds = try Self.take("--seconds", from: &rest) { text -> Double in
            guard let seconds = Double(text) else { throw ValidationError("expected a number of seconds") }
            return seconds
        }
        if let seconds, !(seconds > 0 && seconds <= 31_536_000) {
            throw ValidationError("--seconds must be more than 0 and at most a year: \(seconds)")
        }
        let bytes = try Self.take("--bytes", from: &rest) { try ByteCount($0) }?.value ?? Self.usualBytes
        guard bytes >= Self.leastBytes else {
            throw ValidationError("--bytes must be at least \(Self.leastBytes): \(bytes)")
        }
        let isOfPictures = isCamera || Self.isOfPictures(rest)
        func command(_ arguments: [String]) throws -> Command {
            isOfPictures ? .watch(try Watch.parse(arguments)) : .listen(try Listen.parse(arguments))
        }
        // A - is a value where an option before it has none without it; in any other place it can only be the
        // recording.
        for index in rest.indices where rest[index] == "-" {
            let before = index > 0 ? rest[index - 1] : ""
            let isLast = index == rest.count - 1
            if !before.hasPrefix("-") || before == "-" || isLast && (try? command(Array(rest.dropLast()))) != nil {
                throw ValidationError("The recording must be a file, not '-'.")
            }
        }
        var refusal: (any Error)?
        // The one argument without which the rest makes sense is the recording.
        for index in rest.indices.reversed() where !rest[index].hasPrefix("-") && !ModelFileName.isOne(rest[index]) {
            var others = rest
            let path = others.remove(at: index)
            let wish = RecordingWish(path: path, seconds: seconds, bytes: bytes)
            do {
                return (try command(others), wish)
            } catch {
                refusal = refusal ?? error
            }
        }
        guard let refusal else { throw ValidationError("Name a file to record to.") }
        throw ValidationError(isOfPictures ? Watch.message(for: refusal) : Listen.message(for: refusal))
    }

    /// Takes an option of its own, `--name value` or `--name=value`, out of the arguments.
    private static func take<Value>(
        _ name: String, from arguments: inout [String], _ parse: (String) throws -> Value
    ) throws -> Value? {
        guard let index = arguments.firstIndex(where: { $0 == name || $0.hasPrefix(name + "=") }) else { return nil }
        let text: String
        if arguments[index] == name {
            guard index + 1 < arguments.count else { throw ValidationError("Missing value for '\(name)'") }
            text = arguments[index + 1]
            arguments.remove(at: index + 1)
        } else {
            text = String(arguments[index].dropFirst(name.count + 1))
        }
        arguments.remove(at: index)
        do {
            return try parse(text)
        } catch let error as ValidationError {
            throw ValidationError("The value '\(text)' is invalid for '\(name)': \(error.message)")
        }
    }

    /// Whether it is for `watch`: by the model that is named, or by what only a camera or pictures have.
    private static func isOfPictures(_ arguments: [String]) -> Bool {
        if let model = arguments.first, ModelFileName.isOne(model) {
            return (try? ModelFile(path: model))?.description.input.sense == .pictures
        }
        for (index, argument) in arguments.enumerated() {
            let value = index + 1 < arguments.count ? arguments[index + 1] : ""
            if argument == "--device", value.hasPrefix("/dev/video") { return true }
            if argument == "--input", value != StandardInput.path, PictureFiles.isPictureName(value) { return true }
        }
        return false
    }
}
