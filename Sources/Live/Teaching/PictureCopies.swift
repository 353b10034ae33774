/// Copies of a picture as a camera might see the same thing again: mirrored, nearer, to the side, darker and brighter.
enum PictureCopies {
    /// - Parameters:
    ///   - pixels: `[height][width][channels]`.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - channels: of a pixel.
    static func all(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [[UInt8]] {
        /// Each pixel taken from elsewhere, and then made brighter.
        func copy(
            _ place: (_ row: Int, _ column: Int) -> (row: Int, column: Int), brightness: (Int) -> Int = { $0 }
        ) -> [UInt8] {
            var output = [UInt8](repeating: 0, count: pixels.count)
            for row in 0..<height {
                for column in 0..<width {
                    let from = place(row, column)
                    let source = (min(max(from.row, 0), height - 1) * width + min(max(from.column, 0), width - 1)) * channels
                    let target = (row * width + column) * channels
                    for channel in 0..<channels {
                        output[target + channel] = UInt8(
                            min(max(brightness(Int(pixels[source + channel])), 0), 255))
                    }
                }
            }
            return output
        }
        let (down, across) = (max(1, height / 16), max(1, width / 16))
        return [
            copy({ ($0, width - 1 - $1) }),
            copy({ ($0 + down, $1 + across) }, brightness: { $0 * 4 / 5 }),
            copy({ ($0 - down, $1 - across) }, brightness: { $0 * 6 / 5 + 8 }),
            // A seventh nearer, about the middle.
            copy({ (height / 2 + ($0 - height / 2) * 7 / 8, width / 2 + ($1 - width / 2) * 7 / 8) }),
        ]
    }
}
