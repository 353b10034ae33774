/// How the pixels of a raw frame lie in memory.
package enum PixelFormat: String, CaseIterable, Sendable {
    /// Red, green, blue.
    case rgb24
    /// Blue, green, red.
    case bgr24
    /// Grey, full range.
    case grey
    /// Two pixels in four bytes: Y U Y V.
    case yuyv
    /// Two pixels in four bytes: U Y V Y.
    case uyvy
    /// A plane of Y, then one of U and V side by side, each for two by two pixels.
    case nv12
    /// A plane of Y, then one of U, then one of V, each for two by two pixels.
    case yuv420 = "yuv420p"
    /// A plane of Y, then one of V and U side by side, each for two by two pixels.
    case nv21
    /// A plane of Y, then one of U and V side by side, each for two pixels of a row.
    case nv16
    /// A plane of Y, then one of V, then one of U, each for two by two pixels.
    case yvu420 = "yv12"
    /// Blue in the 5 lowest bits of two bytes, green in 6, red in 5; the lower byte first.
    case rgb565
    /// A JPEG picture.
    case mjpeg

    /// By the name that this program, FFmpeg or Video4Linux has for it.
    package init?(name: String) {
        switch name.lowercased() {
        case "rgb24", "rgb", "rgb3": self = .rgb24
        case "bgr24", "bgr", "bgr3": self = .bgr24
        case "grey", "gray", "gray8", "y800": self = .grey
        case "yuyv", "yuyv422", "yuy2": self = .yuyv
        case "uyvy", "uyvy422": self = .uyvy
        case "nv12": self = .nv12
        case "yuv420p", "yuv420", "yu12", "i420": self = .yuv420
        case "nv21": self = .nv21
        case "nv16": self = .nv16
        case "yv12", "yvu420": self = .yvu420
        case "rgb565", "rgb565le", "rgbp", "rgb16": self = .rgb565
        case "mjpeg", "mjpg", "jpeg": self = .mjpeg
        default: return nil
        }
    }

    /// Bytes of one frame; nil where it depends on what is in it.
    package func byteCount(width: Int, height: Int) -> Int? {
        let halves = ((width + 1) / 2) * ((height + 1) / 2)
        switch self {
        case .rgb24, .bgr24: return 3 * width * height
        case .grey: return width * height
        case .yuyv, .uyvy: return 4 * ((width + 1) / 2) * height
        case .nv12, .yuv420, .nv21, .yvu420: return width * height + 2 * halves
        case .nv16: return width * height + 2 * ((width + 1) / 2) * height
        case .rgb565: return 2 * width * height
        case .mjpeg: return nil
        }
    }

    /// Bytes of a row, of the first plane where there are several, if no hole is between rows.
    package func bytesPerRow(width: Int) -> Int {
        switch self {
        case .rgb24, .bgr24: 3 * width
        case .yuyv, .uyvy: 4 * ((width + 1) / 2)
        case .rgb565: 2 * width
        case .grey, .nv12, .yuv420, .nv21, .nv16, .yvu420, .mjpeg: width
        }
    }
}
