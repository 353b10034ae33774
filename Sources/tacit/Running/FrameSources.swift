import Glibc
import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitMedia
import TacitModelFile

/// Opens what `watch` is to watch.
enum FrameSources {
    static let cameraAdvice =
        "\(VideoNodes.advice), try: rpicam-vid -t 0 -n --codec mjpeg -o - | tacit watch --input -"

    static func open(
        _ options: FrameOptions, for input: InputDescription, program: CommandSource?, _ terms: StreamTerms
    ) throws -> any FrameSource {
        let size = try options.parsedSize()
        let format = try options.parsedFormat()
        if let program {
            let layout = size.flatMap { size in
                format.map {
                    RawFrame(format: $0, width: size.width, height: size.height, bytesPerRow: options.stride)
                }
            }
            return try CommandFrames(
                program, layout: layout, silence: program.silence, stopDescriptor: terms.stop.descriptor)
        }
        guard let path = options.input else {
            return try camera(
                options.device, for: input, wait: options.waits.atStart, waitLost: options.waits.lost,
                rate: options.rate, size: size, format: format, terms)
        }
        let stop = terms.stop.descriptor
        if let format, format != .mjpeg, let size {
            let rate = options.rate ?? FrameClock.usualRate
            return path == StandardInput.path
                ? try RawFrameSource(
                    descriptor: STDIN_FILENO, width: size.width, height: size.height, format: format, rate: rate,
                    bytesPerRow: options.stride, stopDescriptor: stop)
                : try RawFrameSource(
                    path: path, width: size.width, height: size.height, format: format, rate: rate,
                    bytesPerRow: options.stride, stopDescriptor: stop)
        }
        if options.isStream {
            let rate = options.rate ?? FrameClock.usualRate
            return path == StandardInput.path
                ? try MJPEGSource(descriptor: STDIN_FILENO, rate: rate, stopDescriptor: stop)
                : try MJPEGSource(path: path, rate: rate, stopDescriptor: stop)
        }
        return try PictureFilesSource(
            paths: PictureFiles.isFolder(path) ? try PictureFiles.inFolder(path) : [path], rate: options.rate ?? 1)
    }

    /// A camera, asked for what suits the model unless something else is wanted.
    ///
    /// - Parameters:
    ///   - name: of the device; nil for the first.
    ///   - input: of the model, which takes images.
    ///   - wait: seconds for one that is absent.
    ///   - waitLost: seconds for one that is lost.
    ///   - rate: frames a second that are enough; nil for the usual ones.
    ///   - size: the only one to use; nil for any.
    ///   - format: the only one to use; nil for any.
    ///   - terms: when its waits end, and what the log calls it.
    static func camera(
        _ name: String?, for input: InputDescription, wait: Double, waitLost: Double, rate: Double? = nil,
        size: (width: Int, height: Int)? = nil, format: PixelFormat? = nil, _ terms: StreamTerms = StreamTerms()
    ) throws -> any FrameSource {
        guard case .image(let image) = input else { preconditionFailure("not a model of images") }
        let wish = CameraWish(
            width: image.width, height: image.height, isGrey: image.channels == 1,
            rate: rate ?? CameraWish.usualRate, format: format, size: size)
        return try Camera(
            CameraSettings(wish: wish, wait: wait, waitLost: waitLost, isStopping: { terms.stop.isStopping }),
            device: V4L2Device(name, advice: cameraAdvice),
            note: { note in terms.log { note.write("camera", to: &$0) } })
    }
}
