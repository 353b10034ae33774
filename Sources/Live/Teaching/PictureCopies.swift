/// Copies of a picture as a camera might see the same thing again: mirrored, to each side, from aslant, turned, farther,
/// darker and brighter.
package enum PictureCopies {
    /// Where a pixel of a copy comes from, in whole numbers, so that copies are the same on every machine: from the
    /// middle, by `[[a, b], [c, d]] / 1024`, and then so many pixels on.
    private struct Place {
        var a = 1024
        var b = 0
        var c = 0
        var d = 1024
        var down = 0
        var across = 0
        var brightness: (Int) -> Int = { $0 }
    }

    /// - Parameters:
    ///   - pixels: `[height][width][channels]`.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - channels: of a pixel.
    package static func all(_ pixels: [UInt8], width: Int, height: Int, channels: Int) -> [[UInt8]] {
        let (down, across) = (max(1, height / 12), max(1, width / 12))
        let (darker, brighter) = ({ (value: Int) in value * 4 / 5 }, { (value: Int) in value * 6 / 5 + 8 })
        // Turned by 18 degrees and a fifth farther, by 15 and moved: in 1024 parts, cosine and sine.
        let (farCosine, farSine, cosine, sine) = (1169, 380, 989, 265)
        return [
            Place(d: -1024),
            Place(down: down, across: across, brightness: darker),
            Place(down: -down, across: -across, brightness: brighter),
            Place(down: down, across: -across, brightness: brighter),
            Place(down: -down, across: across, brightness: darker),
            Place(a: 860), Place(c: -260),
            Place(a: farCosine, b: -farSine, c: farSine, d: farCosine),
            Place(a: farCosine, b: farSine, c: -farSine, d: farCosine),
            Place(a: cosine, b: -sine, c: sine, d: cosine, down: down, across: across),
            Place(a: cosine, b: sine, c: -sine, d: cosine, down: down, across: -across),
        ].map { copy(pixels, width: width, height: height, channels: channels, at: $0) }
    }

    /// Between four pixels, as near as each is; beyond a picture's edge lies its mirror image.
    private static func copy(_ pixels: [UInt8], width: Int, height: Int, channels: Int, at place: Place) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: pixels.count)
        for row in 0..<height {
            for column in 0..<width {
                // Twice the distance from the middle, which lies between two pixels where a side is even.
                let (y, x) = (2 * row - height + 1, 2 * column - width + 1)
                let (top, low) = pixel(place.a * y + place.b * x, side: height, moved: place.down)
                let (left, right) = pixel(place.c * y + place.d * x, side: width, moved: place.across)
                let (upper, lower) = (mirrored(top, height) * width, mirrored(top + 1, height) * width)
                let (first, second) = (mirrored(left, width), mirrored(left + 1, width))
                let target = (row * width + column) * channels
                for channel in 0..<channels {
                    func value(_ pixel: Int) -> Int { Int(pixels[pixel * channels + channel]) }
                    let above = value(upper + first) * (unit - right) + value(upper + second) * right
                    let below = value(lower + first) * (unit - right) + value(lower + second) * right
                    let mixed = (above * (unit - low) + below * low + unit * unit / 2) / (unit * unit)
                    output[target + channel] = UInt8(min(max(place.brightness(mixed), 0), 255))
                }
            }
        }
        return output
    }

    /// Places between pixels are counted in parts of so many bits.
    private static let bits = 11
    private static let unit = 1 << bits

    /// The last pixel at or before a place that lies `distance / unit` pixels from the middle, and how far behind it
    /// the place lies.
    private static func pixel(_ distance: Int, side: Int, moved: Int) -> (whole: Int, rest: Int) {
        let place = distance + unit / 2 * (side - 1) + unit * moved
        return (place >> bits, place & (unit - 1))
    }

    private static func mirrored(_ place: Int, _ side: Int) -> Int {
        let period = 2 * side
        let around = ((place % period) + period) % period
        return around < side ? around : period - 1 - around
    }
}
