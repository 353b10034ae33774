/// How a camera was held, as EXIF's tag 0x0112 numbers it: where the stored picture's first row and first column belong
/// (JEITA CP-3451, 4.6.4).
package enum Orientation: UInt16 {
    case upright = 1
    case mirrored = 2
    case upsideDown = 3
    case upsideDownMirrored = 4
    case transposed = 5
    case turnedLeft = 6
    case transversed = 7
    case turnedRight = 8

    /// Whether rows become columns.
    var swapsSides: Bool { rawValue >= 5 }

    /// Writes the picture `[height][width][channels]` as it is to be seen: `[width][height][channels]` if sides are
    /// swapped.
    func apply(
        _ source: UnsafePointer<UInt8>, width: Int, height: Int, channels: Int, into target: UnsafeMutablePointer<UInt8>
    ) {
        let last = (height - 1) * width
        // Where the first pixel comes from, and how far apart neighbours in a row and in a column are, in pixels.
        let (first, along, down): (Int, Int, Int) =
            switch self {
            case .upright: (0, 1, width)
            case .mirrored: (width - 1, -1, width)
            case .upsideDown: (last + width - 1, -1, -width)
            case .upsideDownMirrored: (last, 1, -width)
            case .transposed: (0, width, 1)
            case .turnedLeft: (last, -width, 1)
            case .transversed: (last + width - 1, -width, -1)
            case .turnedRight: (width - 1, width, -1)
            }
        let (columns, rows) = swapsSides ? (height, width) : (width, height)
        var output = target
        for row in 0..<rows {
            var pixel = first + row * down
            for _ in 0..<columns {
                let input = source + pixel &* channels
                for channel in 0..<channels { output[channel] = input[channel] }
                output += channels
                pixel &+= along
            }
        }
    }
}
