/// Luma and colour differences to RGB by ITU-R BT.601, in 16 fractional bits, rounded to nearest.
struct YUVConversion {
    private let offset: Int32
    private let luma: Int32
    private let redFromV: Int32
    private let greenFromU: Int32
    private let greenFromV: Int32
    private let blueFromU: Int32

    /// Y from 16 to 235, U and V from 16 to 240: what cameras send.
    static let limited = YUVConversion(
        offset: 16, luma: 76_309, redFromV: 104_597, greenFromU: 25_675, greenFromV: 53_279, blueFromU: 132_201)

    /// All three from 0 to 255: what JPEG holds.
    static let full = YUVConversion(
        offset: 0, luma: 65_536, redFromV: 91_881, greenFromU: 22_554, greenFromV: 46_802, blueFromU: 116_130)

    @inline(__always)
    func convert(y: UInt8, u: UInt8, v: UInt8, into target: UnsafeMutablePointer<UInt8>) {
        let base = (Int32(y) &- offset) &* luma &+ 32_768
        let blue = Int32(u) &- 128
        let red = Int32(v) &- 128
        target[0] = Self.pixel(base &+ redFromV &* red)
        target[1] = Self.pixel(base &- greenFromU &* blue &- greenFromV &* red)
        target[2] = Self.pixel(base &+ blueFromU &* blue)
    }

    @inline(__always)
    private static func pixel(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(255, max(0, value >> 16))) }
}
