import CTacitV4L2
import Glibc
import TacitMedia

/// Asks an open device what it can do.
enum CameraModes {
    /// The camera's own name; nil for what is no camera that can stream.
    static func name(_ descriptor: Int32) -> String? {
        var capability = v4l2_capability()
        guard tacit_v4l2_capability(descriptor, &capability) == 0 else { return nil }
        let all = capability.capabilities
        let abilities = all & UInt32(V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps : all
        guard abilities & UInt32(V4L2_CAP_VIDEO_CAPTURE) != 0, abilities & UInt32(V4L2_CAP_STREAMING) != 0 else {
            return nil
        }
        return DeviceText.printable(
            withUnsafeBytes(of: capability.card) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }

    /// Every mode in a format that can be read; RGB made by libv4l2 only where there is no other. Of a range of sizes,
    /// the usual ones and the least that is `near` enough.
    static func all(_ descriptor: Int32, near wanted: (width: Int, height: Int) = (1, 1)) -> [CameraMode] {
        var native: [CameraMode] = []
        var converted: [CameraMode] = []
        var index: UInt32 = 0
        var code: UInt32 = 0
        var isEmulated: Int32 = 0
        while index < 256, tacit_v4l2_format(descriptor, index, &code, &isEmulated) == 0 {
            index += 1
            guard let format = PixelFormat(code: code) else { continue }
            let isConverted = isEmulated != 0
            guard !isConverted || format == .rgb24 else { continue }
            for size in sizes(descriptor, code, near: wanted) {
                for rate in rates(descriptor, code, size) {
                    let mode = CameraMode(
                        format: format, width: size.width, height: size.height, rate: rate, isConverted: isConverted)
                    if isConverted { converted.append(mode) } else { native.append(mode) }
                }
            }
        }
        return native.isEmpty ? converted : native
    }

    private static let usualSizes = [
        (160, 120), (176, 144), (320, 180), (320, 240), (640, 360), (640, 480), (1280, 720),
    ]

    private static func sizes(
        _ descriptor: Int32, _ code: UInt32, near wanted: (width: Int, height: Int)
    ) -> [(width: Int, height: Int)] {
        var found: [(width: Int, height: Int)] = []
        var size = tacit_v4l2_size()
        var index: UInt32 = 0
        while index < 256, tacit_v4l2_frame_size(descriptor, index, code, &size) == 0 {
            index += 1
            if size.width == size.greatest_width, size.height == size.greatest_height {
                found.append((Int(size.width), Int(size.height)))
                continue
            }
            func fitted(_ value: Int, _ least: UInt32, _ greatest: UInt32, _ step: UInt32) -> Int {
                let step = max(1, Int(step))
                let steps = (max(0, value - Int(least)) + step - 1) / step
                return min(Int(least) + steps * step, Int(greatest))
            }
            for (width, height) in usualSizes + [(wanted.width, wanted.height)] {
                let fit = (
                    fitted(width, size.width, size.greatest_width, size.width_step),
                    fitted(height, size.height, size.greatest_height, size.height_step)
                )
                if !found.contains(where: { $0 == fit }) { found.append(fit) }
            }
        }
        return found.filter { FrameBuffer.isSensible(width: $0.width, height: $0.height) }
    }

    /// Nil as the only one where the camera does not tell.
    private static func rates(_ descriptor: Int32, _ code: UInt32, _ size: (width: Int, height: Int)) -> [Double?] {
        var found: [Double?] = []
        var rate = 0.0
        var lowest = 0.0
        var index: UInt32 = 0
        while index < 256,
            tacit_v4l2_frame_rate(
                descriptor, index, code, UInt32(size.width), UInt32(size.height), &rate, &lowest) == 0
        {
            index += 1
            guard rate > 0 else { continue }
            // Of a range, the usual rate too, if it is in it.
            if lowest < CameraWish.usualRate, rate > 30 { found.append(30) }
            found.append(rate)
        }
        return found.isEmpty ? [nil] : found
    }
}
