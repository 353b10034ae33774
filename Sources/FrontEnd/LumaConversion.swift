/// Colour to grey by the weights of ITU-R BT.601: 0.299 R + 0.587 G + 0.114 B, in 16 fractional bits and rounded to
/// nearest, which is Pillow's `convert("L")` to the last bit.
enum LumaConversion {
    static func grey(_ colors: UnsafePointer<UInt8>, count: Int, into output: UnsafeMutablePointer<UInt8>) {
        for index in 0..<count {
            let red = UInt32(colors[3 &* index])
            let green = UInt32(colors[3 &* index &+ 1])
            let blue = UInt32(colors[3 &* index &+ 2])
            output[index] = UInt8(
                truncatingIfNeeded: (19_595 &* red &+ 38_470 &* green &+ 7_471 &* blue &+ 32_768) >> 16)
        }
    }
}
