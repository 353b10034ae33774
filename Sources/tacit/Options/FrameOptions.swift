import ArgumentParser
import Glibc
import TacitDevices
import TacitDiagnostics
import TacitLabelling
import TacitLive
import TacitMedia

/// Where frames come from.
struct FrameOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The camera; the first one if left out.", valueName: "NAME"))
    var device: String?

    @OptionGroup var waits: WaitOptions

    @Option(
        help: ArgumentHelp(
            "A picture, a folder of pictures, or a stream: a pipe, or - for standard input.", valueName: "FILE|DIR|-"))
    var input: String?

    @OptionGroup var program: SourceCommandOptions

    /// Whether frames come from a stream or files, which are described rather than asked for.
    private var isDescribed: Bool { input != nil || program.command != nil }

    @Option(
        help: ArgumentHelp(
            "Pixels of raw frames; of a camera, the only size to use.", valueName: "WIDTHxHEIGHT"))
    var size: String?

    @Option(help: ArgumentHelp("Pixel format of raw frames; of a camera, the only one to use.", valueName: "NAME"))
    var format: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Bytes from one line of a raw frame to the next, if lines are padded.", valueName: "BYTES"))
    var stride: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Frames a second: how many of a camera are enough (24), how fast a stream was recorded (25), how files are "
                + "counted (1).", valueName: "FPS"))
    var rate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Label no more than one frame in so many seconds.", valueName: "SECONDS"))
    var every: Double?

    @OptionGroup var pace: PaceOption

    func validate() throws {
        guard device == nil || input == nil else {
            throw ValidationError("--device is for a camera, --input for what is there already: use one of them")
        }
        guard input == nil || !waits.isGiven else {
            throw ValidationError("--wait and --wait-lost are about a camera: they don't go with --input")
        }
        guard program.command == nil || device == nil && input == nil else {
            throw ValidationError("--command is a source of its own: it doesn't go with --device or --input")
        }
        guard input != nil || !pace.realtime else {
            throw ValidationError("--realtime goes with --input: a camera has no other pace")
        }
        if let every {
            guard every > 0, every <= FrameSense.longestEvery else {
                throw ValidationError(
                    "--every must be more than 0 and at most \(Int(FrameSense.longestEvery)) seconds: \(every)")
            }
        }
        if let rate {
            guard FrameClock.rates.contains(rate) else {
                throw ValidationError("--rate must be \(FrameClock.ratesInWords) frames a second: \(rate)")
            }
        }
        let size = try parsedSize()
        let format = try parsedFormat()
        if let stride {
            guard isDescribed, let size, let format, format != .mjpeg else {
                throw ValidationError(
                    "--stride describes raw frames: it goes with --input or --command, --size and --format")
            }
            let least = format.bytesPerRow(width: size.width)
            guard (least...(1 << 20)).contains(stride) else {
                throw ValidationError(
                    "--stride must be from \(least) (\(size.width) pixels of \(format.rawValue)) to \(1 << 20) bytes: "
                        + "\(stride)"
                )
            }
        }
        guard isDescribed else { return }
        if program.command != nil, rate != nil {
            throw ValidationError(
                "--rate goes with a camera or --input: a program's frames have the time at which they come")
        }
        switch format {
        case nil where size != nil: throw ValidationError("--size describes raw frames: it needs --format as well")
        case .mjpeg where size != nil:
            throw ValidationError("--size describes raw frames: JPEG pictures have their own")
        case .some(let format) where format != .mjpeg && size == nil:
            throw ValidationError("--format \(format.rawValue) needs --size: raw frames don't tell theirs")
        default: return
        }
    }

    func parsedSize() throws -> (width: Int, height: Int)? {
        guard let size else { return nil }
        let parts = size.lowercased().split(separator: "x", omittingEmptySubsequences: false)
        guard parts.count == 2, let width = Int(parts[0]), let height = Int(parts[1]),
            FrameBuffer.isSensible(width: width, height: height)
        else {
            throw ValidationError(
                "--size must be WIDTHxHEIGHT, such as 640x480, of at most \(FrameBuffer.maximumPixels) pixels: "
                    + "'\(size)'"
            )
        }
        return (width, height)
    }

    func parsedFormat() throws -> PixelFormat? {
        guard let format else { return nil }
        guard let known = PixelFormat(name: format) else {
            let names = PixelFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("unknown --format '\(format)', expected one of \(names)")
        }
        return known
    }

    /// The least time between two labels, in the labeller's ticks: a bound for buffers.
    var ticksPerReading: Int {
        let fastest = input == nil ? CameraWish.fastest(rate) : rate ?? (isStream ? FrameClock.usualRate : 1)
        return max(1, Int(Double(ImageLabeller.ticksPerSecond) * max(every ?? 0, 1 / fastest)))
    }

    /// Whether the input is a stream of frames rather than files: by its name, by what is said of it, or for being a pipe.
    var isStream: Bool {
        guard let input else { return false }
        return input == StandardInput.path || format != nil || input.lowercased().hasSuffix(".mjpeg")
            || input.lowercased().hasSuffix(".mjpg")
            || SystemPath.kind(input).map { $0 != S_IFREG && $0 != S_IFDIR } ?? false
    }

    /// For the view.
    var title: String {
        if let command = program.command { return (try? SourceCommand(command).name) ?? command }
        guard let input else { return device ?? "camera" }
        return input == StandardInput.path ? StandardInput.name : SystemPath.shortName(of: input)
    }
}
