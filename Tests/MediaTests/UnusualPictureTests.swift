import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Pictures and frames as people's programs write them: without an end, turned in an unusual way, padded, of odd sizes.
@Suite struct UnusualPictureTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private struct Picture: Equatable {
        var width: Int
        var height: Int
        var channels: Int
        var pixels: [UInt8]

        init(_ frame: FrameBuffer) {
            width = frame.width
            height = frame.height
            channels = frame.channels
            pixels = Array(UnsafeBufferPointer(start: frame.pixels, count: frame.byteCount))
        }
    }

    private func fixture(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: TestPaths.fixtures.appendingPathComponent("pictures/\(name)")))
    }

    private func decoded(_ bytes: [UInt8]) throws -> Picture {
        let reader = try PictureFileReader()
        try reader.read(try folder.write("picture", bytes))
        return Picture(reader.frame)
    }

    @Test(arguments: 1...8)
    func theOrientationMayBeALongOrAByte(turn: Int) throws {
        let bytes = try fixture("turned-\(turn).jpg")
        let expected = try decoded(bytes)
        // Tag 0x0112, a short, one of it: in the file's byte order.
        let big: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1]
        let little: [UInt8] = [0x12, 0x01, 3, 0, 1, 0, 0, 0]
        let found = bytes.indices.dropLast(12).first {
            bytes[$0..<$0 + 8].elementsEqual(big) || bytes[$0..<$0 + 8].elementsEqual(little)
        }
        let place = try #require(found)
        let isLittle = bytes[place] == 0x12
        for (type, size) in [(UInt8(4), 4), (1, 1)] {
            var changed = bytes
            changed[place + (isLittle ? 2 : 3)] = type
            let value = (0..<4).map { index -> UInt8 in index == (isLittle ? 0 : size - 1) ? UInt8(turn) : 0 }
            changed.replaceSubrange(place + 8..<place + 12, with: value)
            #expect(try decoded(changed) == expected)
        }
    }

    @Test(arguments: ["rgb.png", "grey16.png", "interlaced.png", "palette.png"])
    func aMissingEndOfPNGIsNoLoss(name: String) throws {
        let whole = try fixture(name)
        let bare = Array(whole.dropLast(12))
        #expect(try decoded(bare) == decoded(whole))
        // But the picture's own checksums must be right.
        var damaged = bare
        damaged[damaged.count - 20] ^= 1
        #expect(throws: TacitError.self) { try decoded(damaged) }
        #expect(throws: TacitError.self) { try decoded(Array(bare.dropLast(9))) }
    }

    @Test(arguments: ["rgb.jpg", "grey.jpg", "restarts.jpg", "progressive.jpg", "unsampled.jpg", "cmyk.jpg"])
    func aMissingEndMarkerIsNoLoss(name: String) throws {
        let whole = try fixture(name)
        let end = try #require(whole.indices.dropFirst().last { whole[$0 - 1] == 0xff && whole[$0] == 0xd9 })
        let expected = try decoded(whole)
        #expect(try decoded(Array(whole[..<(end - 1)])) == expected)
        #expect(try decoded(Array(whole[..<end])) == expected)
        // Pixels that are missing are.
        for part in [2, 3, 4] {
            #expect(throws: TacitError.self) { try decoded(Array(whole[..<(whole.count * (part + 4) / 10)])) }
        }
    }

    @Test func aStreamOfPicturesWithoutEnds() throws {
        let whole = try fixture("rgb.jpg")
        let end = try #require(whole.indices.dropFirst().last { whole[$0 - 1] == 0xff && whole[$0] == 0xd9 })
        let part = Array(whole[..<(end - 1)])
        let path = try folder.write("stream.mjpeg", part + part + whole + part)
        let source = try MJPEGSource(path: path, rate: 25)
        let expected = try decoded(whole)
        for index in 0..<4 {
            guard case .frame(let stamp) = try source.read(notBefore: 0) else {
                Issue.record("frame \(index) is broken")
                return
            }
            #expect(stamp.index == index)
            #expect(Picture(source.frame) == expected)
        }
        guard case .end = try source.read(notBefore: 0) else {
            Issue.record("more than four frames")
            return
        }
    }

    private func frames(_ bytes: [UInt8], _ width: Int, _ height: Int, _ format: PixelFormat, row: Int?) throws
        -> [Picture]
    {
        let path = try folder.write("frames.raw", bytes)
        let source = try RawFrameSource(
            path: path, width: width, height: height, format: format, rate: 25, bytesPerRow: row)
        var pictures: [Picture] = []
        while case .frame = try source.read(notBefore: 0) { pictures.append(Picture(source.frame)) }
        return pictures
    }

    /// Planes of a frame as rows, each filled up with `padding` bytes.
    private func planes(
        _ format: PixelFormat, _ width: Int, _ height: Int, padding: Int, random: inout RandomNumbers
    ) -> (tight: [UInt8], padded: [UInt8]) {
        let halfWidth = (width + 1) / 2
        let halfHeight = (height + 1) / 2
        let rows: [(bytes: Int, count: Int, padding: Int)] =
            switch format {
            case .rgb24, .bgr24: [(3 * width, height, padding)]
            case .grey: [(width, height, padding)]
            case .yuyv, .uyvy: [(4 * halfWidth, height, padding)]
            case .rgb565: [(2 * width, height, padding)]
            case .nv12, .nv21:
                [(width, height, padding), (2 * halfWidth, halfHeight, width + padding - 2 * halfWidth)]
            case .nv16: [(width, height, padding), (2 * halfWidth, height, width + padding - 2 * halfWidth)]
            default:
                [(width, height, padding)]
                    + [(halfWidth, halfHeight, (width + padding) / 2 - halfWidth)] * 2
            }
        var (tight, padded): ([UInt8], [UInt8]) = ([], [])
        for plane in rows {
            for _ in 0..<plane.count {
                let row = (0..<plane.bytes).map { _ in UInt8.random(in: 16...235, using: &random) }
                tight += row
                padded += row + [UInt8](repeating: 0xee, count: plane.padding)
            }
        }
        return (tight, padded)
    }

    private static let raw = PixelFormat.allCases.filter { $0 != .mjpeg }

    @Test(arguments: raw, [(33, 17), (34, 18), (1, 1), (5, 4), (6, 3)])
    func paddedLinesAreNoPixels(format: PixelFormat, size: (width: Int, height: Int)) throws {
        var random = RandomNumbers(seed: 5)
        // To an even number of bytes, as memory is padded.
        let padding = 64 - size.width % 2
        var (tight, padded): ([UInt8], [UInt8]) = ([], [])
        for _ in 0..<3 {
            let frame = planes(format, size.width, size.height, padding: padding, random: &random)
            tight += frame.tight
            padded += frame.padded
        }
        let expected = try frames(tight, size.width, size.height, format, row: nil)
        #expect(expected.count == 3)
        let row = padded.count / 3 - tight.count / 3 > 0 ? rowBytes(format, size.width) + padding : nil
        #expect(try frames(padded, size.width, size.height, format, row: row) == expected)
    }

    private func rowBytes(_ format: PixelFormat, _ width: Int) -> Int {
        switch format {
        case .rgb24, .bgr24: 3 * width
        case .yuyv, .uyvy: 4 * ((width + 1) / 2)
        case .rgb565: 2 * width
        default: width
        }
    }

    /// The same pixels in another order of bytes give the same picture.
    @Test(arguments: [(34, 18), (33, 17), (6, 3), (1, 1)])
    func theOrderOfBytesIsNoMatter(width: Int, height: Int) throws {
        var random = RandomNumbers(seed: 8)
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
        let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
        let (luma, blue, red) = (bytes(width * height), bytes(halfWidth * halfHeight), bytes(halfWidth * halfHeight))
        func pairs(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { zip(a, b).flatMap { [$0, $1] } }
        let planar = try frames(luma + blue + red, width, height, .yuv420, row: nil)
        #expect(planar.count == 1)
        #expect(try frames(luma + red + blue, width, height, .yvu420, row: nil) == planar)
        #expect(try frames(luma + pairs(blue, red), width, height, .nv12, row: nil) == planar)
        #expect(try frames(luma + pairs(red, blue), width, height, .nv21, row: nil) == planar)
        // Colours of every row: YUYV has the same, between the pixels.
        let (blues, reds) = (bytes(halfWidth * height), bytes(halfWidth * height))
        let mixed = (0..<height).flatMap { y in
            (0..<halfWidth).flatMap { x -> [UInt8] in
                let place = y * width + 2 * x
                let next = 2 * x + 1 < width ? luma[place + 1] : 0
                return [luma[place], blues[y * halfWidth + x], next, reds[y * halfWidth + x]]
            }
        }
        let packed = try frames(mixed, width, height, .yuyv, row: nil)
        #expect(packed.count == 1)
        #expect(try frames(luma + pairs(blues, reds), width, height, .nv16, row: nil) == packed)
    }

    @Test func sixteenBitsAPixel() throws {
        // White, black, red, green, blue, and one of each with a single low bit.
        let values: [UInt16] = [0xffff, 0, 0xf800, 0x07e0, 0x001f, 0x0800, 0x0020, 0x0001]
        let found = try frames(
            values.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }, 8, 1, .rgb565, row: nil)
        let expected: [[UInt8]] = [
            [255, 255, 255], [0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [8, 0, 0], [0, 4, 0], [0, 0, 8],
        ]
        #expect(found.first?.pixels == expected.flatMap { $0 })
    }

    @Test(
        .enabled(if: FFmpeg.isThere, "ffmpeg is not installed"), arguments: ["nv12", "yuv420p", "nv21"],
        ["33x17", "17x32", "32x17"])
    func oddFramesAreThoseOfFFmpeg(name: String, size: String) throws {
        let sides = size.split(separator: "x").compactMap { Int($0) }
        // Its own test pictures have even sides: scaled to odd ones.
        let source = [
            "-f", "lavfi", "-i",
            "gradients=size=320x240:nb_colors=3:c0=0xd04020:c1=0x30b050:c2=0x3050c0:x0=0:y0=0:x1=319:y1=239",
            "-frames:v", "1",
        ]
        let scaled = ["-vf", "scale=\(sides[0]):\(sides[1])", "-pix_fmt", name, "-f", "rawvideo", "-"]
        let raw = try #require(FFmpeg.run(source + scaled))
        let path = try folder.write("odd.raw", raw)
        let input = ["-f", "rawvideo", "-pix_fmt", name, "-s", size, "-i", path]
        let expected = try #require(FFmpeg.run(input + ["-pix_fmt", "rgb24", "-f", "rawvideo", "-"]))
        let found = try frames(raw, sides[0], sides[1], try #require(PixelFormat(name: name)), row: nil)
        #expect(found.count == 1)
        #expect(found.first?.pixels.count == expected.count)
        let errors = zip(found[0].pixels, expected).map { abs(Int($0) - Int($1)) }
        // It interpolates colours along curves rather than lines. Rows of colours that are off by a byte differ by
        // tens, where the width is odd.
        #expect(Double(errors.reduce(0, +)) / Double(errors.count) < 5)
    }

    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func aVeryLargePhotographIsDecodedSmaller() throws {
        let path = folder.path("large.jpg")
        let source = ["-f", "lavfi", "-i", "color=c=0x4080c0:size=12032x9024", "-frames:v", "1"]
        _ = try #require(FFmpeg.run(source + ["-pix_fmt", "yuvj420p", "-y", path]))
        let reader = try PictureFileReader()
        try reader.read(path)
        #expect(reader.frame.width == 6016)
        #expect(reader.frame.height == 4512)
        for (channel, value) in [0x40, 0x80, 0xc0].enumerated() {
            #expect(abs(Int(reader.frame.pixels[reader.frame.byteCount / 6 * 3 + channel]) - value) < 4)
        }
    }
}

private func * <Element>(array: [Element], count: Int) -> [Element] { (0..<count).flatMap { _ in array } }
