import TacitFrontEnd

/// A small picture on a terminal, two pixels in each character: half blocks in colour, or brightness in ASCII.
struct PictureBlock {
    /// Columns and rows of characters.
    struct Size: Equatable {
        var columns: Int
        var rows: Int
    }

    /// As many columns as a picture has at most, however wide the terminal.
    private static let widest = 40

    /// `[height][width][3]`; grows once.
    private var pixels: [UInt8] = []
    private var width = 0
    private var height = 0

    mutating func take(_ picture: PixelView) {
        width = picture.width
        height = picture.height
        pixels.removeAll(keepingCapacity: true)
        for y in 0..<height {
            let row = picture.pixels + y * picture.bytesPerRow
            for x in 0..<width {
                for channel in 0..<3 {
                    pixels.append(row[x * picture.channels + (picture.channels == 3 ? channel : 0)])
                }
            }
        }
    }

    /// The largest block with the picture's aspect that fits; characters are taken to be twice as high as wide.
    func size(columns: Int, rows: Int) -> Size {
        guard width > 0, height > 0 else { return Size(columns: 0, rows: 0) }
        var columns = min(columns, Self.widest)
        if columns * height > 2 * rows * width { columns = 2 * rows * width / height }
        return Size(columns: max(1, columns), rows: max(1, (columns * height + width) / (2 * width)))
    }

    func draw(row: Int, of block: Size, on line: inout ScreenLine) {
        guard row < block.rows, !pixels.isEmpty else { return }
        for column in 0..<block.columns {
            let upper = color(column, 2 * row, block)
            let lower = color(column, 2 * row + 1, block)
            line.halfBlock(upper: upper, lower: lower)
        }
    }

    /// Of the pixel nearest to a half character's middle.
    private func color(_ column: Int, _ half: Int, _ block: Size) -> (UInt8, UInt8, UInt8) {
        let x = min(width - 1, (2 * column + 1) * width / (2 * block.columns))
        let y = min(height - 1, (2 * half + 1) * height / (4 * block.rows))
        let start = 3 * (y * width + x)
        return (pixels[start], pixels[start + 1], pixels[start + 2])
    }
}
