import TacitMedia

/// What a camera is wanted for, and which of its modes serves that at the least cost.
package struct CameraWish: Equatable, Sendable {
    /// Of the model's pictures: a frame should, once cropped, be no smaller.
    package var width: Int
    package var height: Int
    package var isGrey: Bool
    /// Frames a second that are enough.
    package var rate: Double
    /// Only modes of this format, and of this size.
    package var format: PixelFormat?
    package var size: (width: Int, height: Int)?

    /// The rate that is wanted unless another is asked for: what both European and American mains frequencies let
    /// cameras do.
    package static let usualRate = 24.0

    /// How many frames a second may come at most where so many are enough: cameras may be faster than they are asked to
    /// be.
    package static func fastest(_ rate: Double?) -> Double { max(rate ?? 0, 120) }

    package init(
        width: Int, height: Int, isGrey: Bool, rate: Double = usualRate, format: PixelFormat? = nil,
        size: (width: Int, height: Int)? = nil
    ) {
        self.width = width
        self.height = height
        self.isGrey = isGrey
        self.rate = rate
        self.format = format
        self.size = size
    }

    package static func == (a: CameraWish, b: CameraWish) -> Bool {
        a.width == b.width && a.height == b.height && a.isGrey == b.isGrey && a.rate == b.rate && a.format == b.format
            && a.size?.width == b.size?.width && a.size?.height == b.size?.height
    }

    /// The mode to take: of those that are fast enough (or else of the fastest), those that are large enough (or else
    /// the largest), the one that costs least. Nil without any.
    package func best(of modes: [CameraMode]) -> CameraMode? {
        let eligible = modes.filter { mode in
            (format == nil || mode.format == format)
                && (size.map { $0.width == mode.width && $0.height == mode.height } ?? true)
                && (isGrey || format == .grey || mode.format != .grey || !modes.contains { $0.format != .grey })
        }
        // A camera that doesn't tell its rates is taken at its word for any.
        let fastest = eligible.map { $0.rate ?? rate }.max() ?? 0
        let wanted = min(rate, fastest)
        return eligible.filter { ($0.rate ?? rate) >= wanted - 0.01 }.min { a, b in
            let (first, second) = (shortage(a), shortage(b))
            if first != second { return first < second }
            return cost(a) < cost(b)
        }
    }

    /// How many times too small a mode is; 1 for one that is large enough.
    private func shortage(_ mode: CameraMode) -> Double {
        // What is left of the frame in the model's aspect.
        let scale = min(Double(mode.width) / Double(width), Double(mode.height) / Double(height))
        return max(1, 1 / scale)
    }

    /// What a second of it costs, in about the time that one byte takes to be read.
    private func cost(_ mode: CameraMode) -> Double {
        let pixel: Double =
            switch mode.format {
            case .grey: 1
            case .nv12, .yuv420, .nv21, .yvu420: 3
            case .yuyv, .uyvy, .nv16: 3.5
            case .rgb24, .bgr24, .rgb565: 3
            case .mjpeg: 20
            }
        let rate = mode.rate ?? rate
        return Double(mode.width * mode.height) * (pixel + (mode.isConverted ? 30 : 0)) * rate
    }
}
