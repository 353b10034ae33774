import TacitMedia

/// One of the ways in which a camera delivers: what pixels, how many, how often.
package struct CameraMode: Equatable, Sendable {
    package var format: PixelFormat
    package var width: Int
    package var height: Int
    /// Frames a second, at most; nil if the camera does not tell.
    package var rate: Double?
    /// Whether libv4l2 makes the pixels from a form that this program does not read itself.
    package var isConverted: Bool

    package init(format: PixelFormat, width: Int, height: Int, rate: Double?, isConverted: Bool = false) {
        self.format = format
        self.width = width
        self.height = height
        self.rate = rate
        self.isConverted = isConverted
    }
}

extension CameraMode: CustomStringConvertible {
    package var description: String {
        let rate = rate.map { " at \(Self.number($0)) frames a second" } ?? ""
        return "\(format.fourCC) \(width)x\(height)\(rate)\(isConverted ? ", converted by libv4l2" : "")"
    }

    /// With as many places as it takes, at most two.
    static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        guard hundredths % 100 != 0 else { return "\(hundredths / 100)" }
        let places = hundredths % 10 == 0 ? "\(hundredths / 10 % 10)" : "\(hundredths / 10 % 10)\(hundredths % 10)"
        return "\(hundredths / 100).\(places)"
    }
}

extension PixelFormat {
    /// Video4Linux's name.
    package var fourCC: String {
        switch self {
        case .rgb24: "RGB3"
        case .bgr24: "BGR3"
        case .grey: "GREY"
        case .yuyv: "YUYV"
        case .uyvy: "UYVY"
        case .nv12: "NV12"
        case .yuv420: "YU12"
        case .nv21: "NV21"
        case .nv16: "NV16"
        case .yvu420: "YV12"
        case .rgb565: "RGBP"
        case .mjpeg: "MJPG"
        }
    }

    /// The same as a number, its first character lowest.
    var code: UInt32 { fourCC.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

    init?(code: UInt32) {
        let name = String(decoding: (0..<4).map { UInt8(truncatingIfNeeded: code >> (8 * $0)) }, as: UTF8.self)
        if name == "JPEG" {
            self = .mjpeg
            return
        }
        guard let format = PixelFormat.allCases.first(where: { $0.fourCC == name }) else { return nil }
        self = format
    }
}
