/// Two rows of colours that are halved both ways (4:2:0), for one row of pixels between them.
///
/// The colours are those of the left one of two pixels, and lie halfway between two rows, as MPEG-2 and all after it
/// have it; in between they are interpolated linearly.
struct HalvedRow {
    /// The row that the pixels belong to counts three times as much as the other one.
    let near: UnsafePointer<UInt8>
    let far: UnsafePointer<UInt8>
    /// Bytes from one U to the next.
    let step: Int
    /// Where the first U and the first V are.
    let u: Int
    let v: Int
    /// Of the row of pixels.
    let width: Int

    func convert(
        _ row: UnsafePointer<UInt8>, _ colors: YUVConversion, into target: UnsafeMutablePointer<UInt8>
    ) {
        let last = (width - 1) >> 1
        var (thisU, thisV) = (column(u), column(v))
        for index in 0...last {
            let next = step &* min(index &+ 1, last)
            let (nextU, nextV) = (column(u &+ next), column(v &+ next))
            let x = 2 &* index
            colors.convert(y: row[x], u: rounded(2 &* thisU), v: rounded(2 &* thisV), into: target + 3 &* x)
            if x &+ 1 < width {
                colors.convert(
                    y: row[x &+ 1], u: rounded(thisU &+ nextU), v: rounded(thisV &+ nextV), into: target + 3 &* (x &+ 1)
                )
            }
            (thisU, thisV) = (nextU, nextV)
        }
    }

    /// Four times the value between the rows.
    private func column(_ place: Int) -> Int32 { 3 &* Int32(near[place]) &+ Int32(far[place]) }

    /// From eight times the value.
    private func rounded(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: (value &+ 4) >> 3) }
}
