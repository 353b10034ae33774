import TacitLive
import Testing

@Suite struct PictureCopiesTests {
    /// Every pixel with a value of its own.
    private static func picture(_ width: Int, _ height: Int, _ channels: Int) -> [UInt8] {
        (0..<width * height * channels).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 7) }
    }

    private static func copies(_ width: Int, _ height: Int, _ channels: Int) -> [[UInt8]] {
        PictureCopies.all(picture(width, height, channels), width: width, height: height, channels: channels)
    }

    @Test(arguments: [(32, 32, 3), (28, 28, 1), (13, 24, 3), (1, 1, 3), (1, 9, 1), (7, 1, 1)])
    func theFirstIsItsMirrorImageAndTheNextAreMoved(_ width: Int, _ height: Int, _ channels: Int) {
        let (whole, all) = (Self.picture(width, height, channels), Self.copies(width, height, channels))
        func pixel(_ row: Int, _ column: Int, _ channel: Int) -> Int {
            // Mirrored at the edge, the last row twice.
            func inside(_ place: Int, _ side: Int) -> Int {
                var place = place
                while !(0..<side).contains(place) { place = place < 0 ? -1 - place : 2 * side - 1 - place }
                return place
            }
            return Int(whole[(inside(row, height) * width + inside(column, width)) * channels + channel])
        }
        let (down, across) = (max(1, height / 12), max(1, width / 12))
        let expected: [(Int, Int, Int, Int)] = [
            (down, across, 80, 0), (-down, -across, 120, 8), (down, -across, 120, 8), (-down, across, 80, 0),
        ]
        #expect(all.count == 11 && all.allSatisfy { $0.count == whole.count })
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<channels {
                    let at = (row * width + column) * channels + channel
                    #expect(all[0][at] == whole[(row * width + width - 1 - column) * channels + channel])
                    for (copy, (y, x, percent, more)) in zip(all[1...], expected) {
                        #expect(Int(copy[at]) == min(255, pixel(row + y, column + x, channel) * percent / 100 + more))
                    }
                }
            }
        }
    }

    /// A dot off the middle goes where the angle and the size say, to half a pixel.
    @Test func aslantAndTurned() {
        let side = 65
        var whole = [UInt8](repeating: 0, count: side * side)
        let (row, column) = (20, 40)
        for y in -2...2 { for x in -2...2 { whole[(row + y) * side + column + x] = 200 } }
        let all = PictureCopies.all(whole, width: side, height: side, channels: 1)
        func middle(_ copy: [UInt8]) -> (Double, Double) {
            var (sum, down, across) = (0.0, 0.0, 0.0)
            for (index, value) in copy.enumerated() {
                sum += Double(value)
                down += Double(value) * Double(index / side - side / 2)
                across += Double(value) * Double(index % side - side / 2)
            }
            return (down / sum, across / sum)
        }
        let (y, x) = (Double(row - side / 2), Double(column - side / 2))
        let (farCosine, farSine) = (0.9511 / 1.2, 0.3090 / 1.2)
        let (cosine, sine) = (0.9659, 0.2588)
        let move = Double(side / 12)
        // A copy is looked up in the picture by the matrix, so that what is seen goes by its inverse.
        let expected = [
            (y * 1024 / 860, x), (y, x + y * 260 / 1024),
            (farCosine * y + farSine * x, farCosine * x - farSine * y),
            (farCosine * y - farSine * x, farCosine * x + farSine * y),
            (cosine * (y - move) + sine * (x - move), cosine * (x - move) - sine * (y - move)),
            (cosine * (y - move) - sine * (x + move), cosine * (x + move) + sine * (y - move)),
        ]
        for (copy, place) in zip(all[5...], expected) {
            let found = middle(copy)
            #expect(abs(found.0 - place.0) < 0.5 && abs(found.1 - place.1) < 0.5)
        }
    }
}
