import Foundation
import Glibc
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// WebP and GIF, whose libraries are loaded when such a picture is met.
@Suite struct LoadedPictureTests {
    private static let folder = TestPaths.fixtures.appendingPathComponent("pictures")
    private static let names = [
        "beyond.gif", "frames-alpha.webp", "frames.gif", "frames.webp", "interlaced.gif", "local.gif",
        "lossless-alpha.webp", "lossless.webp", "lossy-alpha.webp", "lossy.webp", "offset.gif", "offset.webp",
        "palette.gif",
        "turned.webp",
    ]
    private let folder: TemporaryFolder
    private let reader: PictureFileReader

    init() throws {
        folder = try TemporaryFolder()
        reader = try PictureFileReader()
    }

    private static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    /// Not inlined: where its result is thrown away, the compiler would put hundreds of megabytes on the stack.
    @inline(never)
    private func pixels(_ bytes: [UInt8]) throws -> [UInt8] {
        try reader.read(try folder.write("picture", bytes))
        return withExtendedLifetime(reader) {
            Array(UnsafeBufferPointer(start: reader.frame.pixels, count: reader.frame.byteCount))
        }
    }

    /// The pixels, or nil if the picture is refused as the contract has it.
    private func pixelsIfRead(_ bytes: [UInt8]) throws -> [UInt8]? {
        do {
            return try pixels(bytes)
        } catch let error as TacitError {
            #expect(error.kind == .badData)
            #expect(!error.reason.contains("\n"))
            return nil
        }
    }

    /// A part of a picture is never made up: what is read of a file that was cut is all that it shows.
    @Test(arguments: names)
    func aCutPictureIsWholeOrRefused(name: String) throws {
        let whole = try Self.bytes(name)
        let expected = try pixels(whole)
        var refused = 0
        for count in whole.indices {
            let found = try pixelsIfRead(Array(whole[..<count]))
            if found == nil { refused += 1 }
            #expect(found == nil || found == expected, "cut to \(count)")
            if count < 24 { #expect(found == nil) }
        }
        // A still picture has nothing to spare but its end mark or a byte that fills up.
        if !name.hasPrefix("frames"), name != "turned.webp" { #expect(refused + 2 >= whole.count) }
    }

    @Test(arguments: names)
    func everyDamagedByteIsSurvived(name: String) throws {
        let whole = try Self.bytes(name)
        let expected = try pixels(whole)
        for index in whole.indices {
            for flip in [UInt8(0xff), 0x01, 0x80] {
                var damaged = whole
                damaged[index] ^= flip
                _ = try pixelsIfRead(damaged)
            }
        }
        #expect(try pixels(whole) == expected)
    }

    @Test(arguments: names)
    func randomCutsAndJoinsAreSurvived(name: String) throws {
        let whole = try Self.bytes(name)
        let expected = try pixels(whole)
        var random = RandomNumbers(seed: 31)
        for _ in 0..<200 {
            var bytes = whole
            let place = Int.random(in: 0..<whole.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes.removeSubrange(place..<min(whole.count, place + Int.random(in: 1...40, using: &random)))
            case 1: bytes.insert(contentsOf: whole[..<place], at: Int.random(in: 0...place, using: &random))
            default: bytes.append(contentsOf: whole[place...])
            }
            let found = try pixelsIfRead(bytes)
            // What stands behind a whole picture is nobody's.
            if bytes.starts(with: whole) { #expect(found == expected) }
        }
    }

    private static let hasEncoders =
        FFmpeg.run(["-f", "lavfi", "-i", "color", "-frames:v", "1", "-c:v", "libwebp", "-f", "null", "-"]) != nil

    @Test(
        .enabled(if: hasEncoders, "no ffmpeg with libwebp"),
        arguments: [
            (["-c:v", "libwebp", "-lossless", "1", "-pix_fmt", "bgra"], "a.webp"),
            (["-pix_fmt", "rgb8"], "a.gif"), (["-pix_fmt", "gray"], "a.gif"), (["-pix_fmt", "bgr4_byte"], "a.gif"),
        ], ["64x48", "33x17", "1x1", "320x240"])
    func pixelsAreThoseOfFFmpeg(format: (options: [String], name: String), size: String) throws {
        let path = folder.path(format.name)
        let scale = "scale=\(size.replacingOccurrences(of: "x", with: ":"))"
        let source = ["-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1", "-vf", scale]
        _ = try #require(FFmpeg.run(source + format.options + ["-y", path]))
        let expected = try #require(
            FFmpeg.run(["-i", path, "-frames:v", "1", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]))
        let found = try pixels([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
        #expect(found == [UInt8](expected))
    }

    @Test(.enabled(if: hasEncoders, "no ffmpeg with libwebp"))
    func aVeryLargeWebPIsDecodedSmaller() throws {
        let path = folder.path("large.webp")
        let source = ["-f", "lavfi", "-i", "color=c=0x4080c0:size=8200x8200", "-frames:v", "1"]
        _ = try #require(FFmpeg.run(source + ["-c:v", "libwebp", "-compression_level", "0", "-y", path]))
        try reader.read(path)
        #expect(reader.frame.width == 4100)
        #expect(reader.frame.height == 4100)
        let middle = withExtendedLifetime(reader) {
            (0..<3).map { Int(reader.frame.pixels[reader.frame.byteCount / 6 * 3 + $0]) }
        }
        #expect(zip(middle, [0x40, 0x80, 0xc0]).allSatisfy { abs($0 - $1) < 4 })
    }

    @Test func hugeHeadersAreRefusedBeforeMemoryIsTaken() throws {
        var gif = try Self.bytes("palette.gif")
        gif.replaceSubrange(6..<10, with: [0xff, 0xff, 0xff, 0xff])
        var webp = try Self.bytes("lossless.webp")
        // 14 bits each of width and height, less one, behind the mark of the lossless form.
        let mark =
            try #require(webp.indices.first { webp[$0..<min($0 + 4, webp.count)].elementsEqual("VP8L".utf8) }) + 8
        #expect(webp[mark] == 0x2f)
        webp.replaceSubrange(mark + 1..<mark + 4, with: [0xff, 0xff, 0xff])
        webp[mark + 4] |= 0x0f
        for (bytes, words) in [(gif, "65535 x 65535"), (webp, "16384 x 16384")] {
            do {
                _ = try pixels(bytes)
                Issue.record("read")
            } catch let error as TacitError {
                #expect(error.kind == .badData)
                #expect(error.reason.contains(words), "\(error.reason)")
            }
        }
    }

    /// A frame that reaches beyond the canvas makes it larger, as Pillow has it; one that doesn't fill it leaves black.
    @Test func aFrameMayBeSmallerOrLargerThanTheCanvas() throws {
        let found = try pixels(try Self.bytes("beyond.gif"))
        #expect((reader.frame.width, reader.frame.height) == (9, 6))
        #expect(found.prefix(3) == [0, 0, 0])
    }
}
