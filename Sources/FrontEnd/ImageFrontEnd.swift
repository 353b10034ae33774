import TacitDiagnostics
import TacitModelFile

/// Pictures in, patches out: what stands between a source of frames and a model's trunk.
///
/// A picture is cropped in its middle to the model's aspect, turned to grey where the model sees only that, scaled
/// (`ImageScaler`), its pixels standardised as `(value / 255 - mean) / std`, rounded once (grey copied to every channel
/// where the model wants colour), and cut into patches in raster order, each flattened row, column, channel.
///
/// Memory is taken by the initialiser, and again when a picture of another size than the last comes: never for a stream
/// of frames.
package final class ImageFrontEnd {
    package let input: ImageInput
    /// `[rows * columns][patch * patch * channels]`: the last picture's patches.
    package let patches: UnsafePointer<Float>
    /// Patches in `patches`.
    package var patchCount: Int { input.columns * input.rows }

    private let storage: UnsafeMutablePointer<Float>
    /// What each byte becomes, `[channels][256]`.
    private let values: UnsafeMutablePointer<Float>
    private var scaler: ImageScaler
    private var sourceWidth = 0
    private var sourceHeight = 0

    /// - Throws: `TacitError` (bad data) for a description that is not of images, or whose numbers make no sense.
    package init(_ description: InputDescription) throws {
        guard case .image(let input) = description else {
            throw TacitError(.badData, place: "input", "expected a model of images")
        }
        try description.validate()
        self.input = input
        let count = input.columns * input.rows * input.patch * input.patch * input.channels
        storage = .allocate(capacity: count)
        storage.initialize(repeating: 0, count: count)
        patches = UnsafePointer(storage)
        values = .allocate(capacity: 256 * input.channels)
        for channel in 0..<input.channels {
            for byte in 0..<256 {
                let value = (Double(byte) / 255 - input.mean[channel]) / input.deviation[channel]
                (values + channel * 256 + byte).initialize(to: Float(value))
            }
        }
        scaler = Self.scaler(input, width: input.width, height: input.height, channels: input.channels)
        sourceWidth = input.width
        sourceHeight = input.height
    }

    deinit {
        storage.deallocate()
        values.deallocate()
    }

    /// Makes a picture's patches.
    package func take(_ picture: PixelView) {
        if picture.width != sourceWidth || picture.height != sourceHeight
            || picture.channels != scaler.sourceChannels
        {
            scaler = Self.scaler(
                input, width: picture.width, height: picture.height, channels: picture.channels)
            sourceWidth = picture.width
            sourceHeight = picture.height
        }
        scaler.scale(picture)
        cut()
    }

    /// What the model sees of the last picture, before it is standardised; valid until the next.
    package var seen: PixelView {
        PixelView(
            pixels: UnsafePointer(scaler.output), width: input.width, height: input.height, channels: scaler.channels)
    }

    private static func scaler(_ input: ImageInput, width: Int, height: Int, channels: Int) -> ImageScaler {
        ImageScaler(
            crop: CenterCrop(
                width: width, height: height, targetWidth: input.width, targetHeight: input.height),
            sourceChannels: channels, channels: input.channels, width: input.width, height: input.height)
    }

    private func cut() {
        let pixels = scaler.output
        let have = scaler.channels
        let want = input.channels
        var target = storage
        for row in 0..<input.rows {
            for column in 0..<input.columns {
                for y in 0..<input.patch {
                    var source = pixels + ((row * input.stride + y) * input.width + column * input.stride) * have
                    for _ in 0..<input.patch {
                        for channel in 0..<want {
                            let byte = Int(source[have == 1 ? 0 : channel])
                            target[channel] = values[channel &* 256 &+ byte]
                        }
                        target += want
                        source += have
                    }
                }
            }
        }
    }
}
