/// Scales 8-bit pictures of one size to another, as Pillow's `Image.resize` does, to the last bit: first along the
/// rows, rounded to 8 bits, then along the columns; a side that has the right length already is left as it is.
///
/// Shrinking takes Pillow's BOX filter (the mean of what a pixel covers), enlarging its BILINEAR. All memory is taken
/// by the initialiser.
final class ImageScaler {
    let crop: CenterCrop
    let sourceChannels: Int
    /// Channels of the result: the lesser of the source's and the model's.
    let channels: Int
    /// `[height][width][channels]`: the last result.
    let output: UnsafeMutablePointer<UInt8>

    private let width: Int
    private let height: Int
    private let horizontal: ResamplingWeights
    private let vertical: ResamplingWeights
    /// One row of the crop, in `channels`: `[crop.width][channels]`.
    private let row: UnsafeMutablePointer<UInt8>
    /// The crop's rows, scaled along themselves: `[crop.height][width][channels]`.
    private let rows: UnsafeMutablePointer<UInt8>

    init(crop: CenterCrop, sourceChannels: Int, channels: Int, width: Int, height: Int) {
        self.crop = crop
        self.sourceChannels = sourceChannels
        self.channels = min(sourceChannels, channels)
        self.width = width
        self.height = height
        let filter: ResamplingWeights.Filter = crop.width > width || crop.height > height ? .box : .bilinear
        horizontal = ResamplingWeights(source: crop.width, count: width, filter: filter)
        vertical = ResamplingWeights(source: crop.height, count: height, filter: filter)
        output = .allocate(capacity: width * height * self.channels)
        output.initialize(repeating: 0, count: width * height * self.channels)
        row = .allocate(capacity: crop.width * self.channels)
        row.initialize(repeating: 0, count: crop.width * self.channels)
        rows = .allocate(capacity: crop.height * width * self.channels)
        rows.initialize(repeating: 0, count: crop.height * width * self.channels)
    }

    deinit {
        output.deallocate()
        row.deallocate()
        rows.deallocate()
    }

    func scale(_ picture: PixelView) {
        precondition(picture.channels == sourceChannels)
        precondition(crop.x + crop.width <= picture.width && crop.y + crop.height <= picture.height)
        let rowLength = width * channels
        let isShort = crop.height == height
        for y in 0..<crop.height {
            let target = (isShort ? output : rows) + y * rowLength
            let source = picture.pixels + (crop.y + y) * picture.bytesPerRow + crop.x * sourceChannels
            if sourceChannels == channels {
                scaleRow(source, into: target)
            } else {
                LumaConversion.grey(source, count: crop.width, into: row)
                scaleRow(row, into: target)
            }
        }
        guard !isShort else { return }
        for y in 0..<height {
            let taps = vertical.weights + y * vertical.stride
            let length = Int(vertical.lengths[y])
            let first = rows + Int(vertical.starts[y]) * rowLength
            let target = output + y * rowLength
            for x in 0..<rowLength {
                var sum: Int32 = 1 << (Int32(ResamplingWeights.fractionBits) - 1)
                for tap in 0..<length { sum &+= Int32(first[tap &* rowLength &+ x]) &* taps[tap] }
                target[x] = Self.pixel(sum)
            }
        }
    }

    private func scaleRow(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        if crop.width == width {
            target.update(from: source, count: width * channels)
            return
        }
        if channels == 1 { return scaleGreyRow(source, into: target) }
        for x in 0..<width {
            let taps = horizontal.weights + x * horizontal.stride
            let first = source + 3 * Int(horizontal.starts[x])
            var red: Int32 = 1 << (Int32(ResamplingWeights.fractionBits) - 1)
            var green = red
            var blue = red
            for tap in 0..<Int(horizontal.lengths[x]) {
                red &+= Int32(first[3 &* tap]) &* taps[tap]
                green &+= Int32(first[3 &* tap &+ 1]) &* taps[tap]
                blue &+= Int32(first[3 &* tap &+ 2]) &* taps[tap]
            }
            target[3 &* x] = Self.pixel(red)
            target[3 &* x &+ 1] = Self.pixel(green)
            target[3 &* x &+ 2] = Self.pixel(blue)
        }
    }

    private func scaleGreyRow(_ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        for x in 0..<width {
            let taps = horizontal.weights + x * horizontal.stride
            let first = source + Int(horizontal.starts[x])
            var sum: Int32 = 1 << (Int32(ResamplingWeights.fractionBits) - 1)
            for tap in 0..<Int(horizontal.lengths[x]) { sum &+= Int32(first[tap]) &* taps[tap] }
            target[x] = Self.pixel(sum)
        }
    }

    private static func pixel(_ sum: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: min(255, max(0, sum >> Int32(ResamplingWeights.fractionBits))))
    }
}
