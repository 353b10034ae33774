import Foundation
import Glibc
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Frames from descriptors and files.
@Suite struct FrameSourceTests {
    private static let pictures = TestPaths.fixtures.appendingPathComponent("pictures").path

    /// Bytes behind a pipe, written in pieces by a thread.
    private func piped(_ bytes: [UInt8], piece: Int = 1000) -> Int32 {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let writing = ends[1]
        Thread.detachNewThread {
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes { write(writing, $0.baseAddress, min(piece, $0.count)) }
                guard count > 0 else { break }
                start += count
            }
            close(writing)
        }
        return ends[0]
    }

    private func pixels(_ frame: FrameBuffer) -> [UInt8] {
        Array(UnsafeBufferPointer(start: frame.pixels, count: frame.byteCount))
    }

    private func raw(_ bytes: [UInt8], _ width: Int, _ height: Int, _ format: PixelFormat) throws -> [UInt8] {
        let descriptor = piped(bytes)
        defer { close(descriptor) }
        let source = try RawFrameSource(
            descriptor: descriptor, width: width, height: height, format: format, rate: 25)
        guard case .frame = try source.read(notBefore: 0) else { return [] }
        return pixels(source.frame)
    }

    @Test func unpacksEveryFormat() throws {
        #expect(try raw([1, 2, 3, 4, 5, 6], 2, 1, .rgb24) == [1, 2, 3, 4, 5, 6])
        #expect(try raw([1, 2, 3, 4, 5, 6], 2, 1, .bgr24) == [3, 2, 1, 6, 5, 4])
        #expect(try raw([1, 2, 3, 4], 2, 2, .grey) == [1, 2, 3, 4])
        // BT.601's own examples: black, white, and the primaries at 75 % (its colour bars).
        #expect(try raw([16, 128, 235, 128], 2, 1, .yuyv) == [0, 0, 0, 255, 255, 255])
        let bars: [(yuv: [UInt8], rgb: [Int])] = [
            ([162, 44, 142], [191, 191, 0]), ([131, 156, 44], [0, 191, 191]), ([112, 72, 58], [0, 191, 0]),
            ([84, 184, 198], [191, 0, 191]), ([65, 100, 212], [191, 0, 0]), ([35, 212, 114], [0, 0, 191]),
        ]
        for (yuv, rgb) in bars {
            let (y, u, v) = (yuv[0], yuv[1], yuv[2])
            let forms: [(PixelFormat, [UInt8])] = [
                (.yuyv, [y, u, y, v, y, u, y, v]), (.uyvy, [u, y, v, y, u, y, v, y]), (.nv12, [y, y, y, y, u, v]),
                (.yuv420, [y, y, y, y, u, v]),
            ]
            let results = try forms.map { try raw($0.1, 2, 2, $0.0) }
            #expect(Set(results).count == 1)
            #expect(results[0].count == 12)
            for (index, value) in results[0].enumerated() { #expect(abs(Int(value) - rgb[index % 3]) <= 2) }
        }
    }

    @Test func chromaBelongsToItsPixels() throws {
        // Two pairs of pixels, red and blue.
        let row: [UInt8] = [81, 90, 81, 240, 41, 240, 41, 110]
        let found = try raw(row + row, 4, 2, .yuyv)
        #expect(found[0] > 250 && found[2] < 5 && found[3] > 250 && found[6] < 5 && found[8] > 250)
        let planes = try raw([81, 81, 41, 41, 81, 81, 41, 41, 90, 240, 240, 110], 4, 2, .nv12)
        let separate = try raw([81, 81, 41, 41, 81, 81, 41, 41, 90, 240, 240, 110], 4, 2, .yuv420)
        #expect(planes == found)
        #expect(separate == found)
    }

    @Test func oddSizesAreRoundedUp() throws {
        #expect(try raw([9] + [UInt8](repeating: 128, count: 3), 1, 1, .yuyv).count == 3)
        #expect(PixelFormat.nv12.byteCount(width: 3, height: 3) == 17)
        #expect(try raw([UInt8](repeating: 128, count: 17), 3, 3, .yuv420).count == 27)
    }

    @Test func countsFramesAndTimes() throws {
        let descriptor = piped(Array(0..<12), piece: 5)
        defer { close(descriptor) }
        let source = try RawFrameSource(descriptor: descriptor, width: 2, height: 2, format: .grey, rate: 10)
        var stamps: [FrameEvent.Stamp] = []
        while case .frame(let stamp) = try source.read(notBefore: 0) { stamps.append(stamp) }
        #expect(stamps.map(\.index) == [0, 1, 2])
        #expect(stamps.map(\.time) == [0, 100_000, 200_000])
        #expect(pixels(source.frame) == [8, 9, 10, 11])
    }

    @Test func passesOverWhatIsTooEarly() throws {
        let descriptor = piped(Array(0..<12))
        defer { close(descriptor) }
        let source = try RawFrameSource(descriptor: descriptor, width: 2, height: 2, format: .grey, rate: 10)
        guard case .frame(let stamp) = try source.read(notBefore: 150_000) else {
            Issue.record("no frame")
            return
        }
        #expect(stamp == FrameEvent.Stamp(index: 2, time: 200_000, dropped: 0))
    }

    @Test func aCutFrameIsBroken() throws {
        for count in [0, 3, 7] {
            let descriptor = piped([UInt8](repeating: 1, count: count))
            defer { close(descriptor) }
            let source = try RawFrameSource(descriptor: descriptor, width: 2, height: 2, format: .grey, rate: 10)
            if count == 7 { _ = try source.read(notBefore: 0) }
            guard case .broken(let error) = try source.read(notBefore: 0) else {
                Issue.record("taken for a frame")
                continue
            }
            #expect(error.kind == .badData)
            #expect(error.place == "frame \(count / 4)")
            guard case .end = try source.read(notBefore: 0) else {
                Issue.record("not over")
                continue
            }
        }
    }

    @Test func refusesSizesThatCannotBe() {
        for (width, height) in [(0, 2), (-1, 2), (1 << 40, 1), (60_000, 60_000)] {
            #expect(throws: TacitError.self) {
                try RawFrameSource(descriptor: 0, width: width, height: height, format: .grey, rate: 10)
            }
        }
        #expect(throws: TacitError.self) {
            try RawFrameSource(descriptor: 0, width: 2, height: 2, format: .mjpeg, rate: 10)
        }
        #expect(throws: TacitError.self) {
            try RawFrameSource(descriptor: 0, width: 2, height: 2, format: .grey, rate: .nan)
        }
    }

    private func picture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.pictures)/\(name)")))
    }

    /// What becomes of a stream: frames' pixels and errors' places.
    private func outcome(_ bytes: [UInt8], piece: Int) throws -> (frames: [[UInt8]], errors: [String?]) {
        let descriptor = piped(bytes, piece: piece)
        defer { close(descriptor) }
        let source = try MJPEGSource(descriptor: descriptor, rate: 10)
        var frames: [[UInt8]] = []
        var errors: [String?] = []
        while true {
            switch try source.read(notBefore: 0) {
            case .passed: continue
            case .frame: frames.append(pixels(source.frame))
            case .broken(let error):
                #expect(error.kind == .badData)
                errors.append(error.place)
            case .gap: Issue.record("a gap")
            case .end: return (frames, errors)
            }
        }
    }

    @Test(arguments: [1, 7, 4096]) func findsPicturesInAStream(piece: Int) throws {
        // A comment that holds a whole picture is no picture of its own.
        let inner = try picture("grey.jpg")
        let outer = try picture("rgb.jpg")
        let comment = [0xff, 0xfe, UInt8((inner.count + 2) >> 8), UInt8((inner.count + 2) & 255)] + inner
        let nested = Array(outer[..<2]) + comment + Array(outer[2...])
        let stream =
            Array("--boundary\r\n\r\n".utf8) + outer + Array("\r\n--boundary\r\n".utf8) + nested
            + (try picture("progressive.jpg")) + (try picture("restarts.jpg")) + inner
        let (frames, errors) = try outcome(stream, piece: piece)
        #expect(frames.count == 5)
        #expect(errors.isEmpty)
        #expect(frames[0] == frames[1])
        #expect(frames[4].count == 13 * 17)
    }

    @Test func goesOnBehindABrokenPicture() throws {
        let good = try picture("rgb.jpg")
        let (frames, errors) = try outcome(
            good + Array(good[..<(good.count - 20)]) + good + Array(good[..<100]), piece: 500)
        #expect(frames.count == 2)
        #expect(errors == ["frame 1", "frame 3"])
        #expect(try outcome(Array("no picture at all".utf8), piece: 500).errors == [nil])
        #expect(try outcome([], piece: 500).errors == [nil])
    }

    /// Of seconds that are given: no clock is asked.
    @Test func bytesWithoutPicturesAreADrought() {
        var drought = PictureDrought(limit: 10)
        func isDry(_ times: [Double]) -> Bool {
            var isDry = false
            for time in times { isDry = drought.bytesCame(at: time) || isDry }
            return isDry
        }
        let tenth = (0..<100).map { 100 + Double($0) / 10 }
        // Bytes all the time, and a picture among them.
        #expect(!isDry(tenth))
        drought.pictureCame()
        #expect(!isDry(tenth.map { $0 + 10 }))
        #expect(isDry([120.5, 121]))
        #expect(drought.reason == "no whole JPEG picture for 10 s, though bytes came")
        #expect(PictureDrought(limit: 2.5).reason == "no whole JPEG picture for 2.5 s, though bytes came")
        // A camera that sends nothing for an hour, amid a picture or not.
        drought.pictureCame()
        #expect(!isDry([4000, 8000, 8000.5]))
        drought.pictureCame()
        #expect(!isDry([20_000]))
    }

    @Test func endlessBytesWithoutAPictureEnd() throws {
        let good = try picture("rgb.jpg")
        let noise = [UInt8](repeating: 0x79, count: 300_000)
        for (bytes, frames) in [(noise, 0), (good + noise, 1)] {
            let descriptor = piped(bytes, piece: 100_000)
            defer {
                // The writer is not to meet a pipe that nobody reads.
                var rest = [UInt8](repeating: 0, count: 65_536)
                while read(descriptor, &rest, rest.count) > 0 {}
                close(descriptor)
            }
            // With no patience at all what is read next decides.
            let source = try MJPEGSource(descriptor: descriptor, rate: 10, patience: 0)
            var seen = 0
            var reason: String?
            loop: while true {
                switch try source.read(notBefore: 0) {
                case .frame: seen += 1
                case .broken(let error): reason = error.reason
                case .end: break loop
                case .passed, .gap: continue
                }
            }
            #expect(seen == frames)
            #expect(reason == "no whole JPEG picture for 0 s, though bytes came")
        }
    }

    /// A pipe with one picture that has no end by itself.
    @Test(arguments: ["rgb.png", "grey.png"])
    func streamOfOneStillIsThat(name: String) throws {
        let reader = try PictureFileReader()
        try reader.read("\(Self.pictures)/\(name)")
        let (frames, errors) = try outcome(try picture(name), piece: 100)
        #expect(frames == [pixels(reader.frame)])
        #expect(errors.isEmpty)
    }

    /// Still pictures of every kind, one behind the other, and JPEG pictures behind them: each as from a file of its own.
    @Test(arguments: [1, 100, 1 << 20])
    func stillsComeOneByOne(piece: Int) throws {
        let names = [
            "rgb.png", "frames.gif", "interlaced.gif", "lossy.webp", "offset.gif", "palette.png", "frames-alpha.webp",
            "frames.apng", "local.gif", "lossless.webp", "grey.png", "rgb.jpg", "grey.jpg",
        ]
        let reader = try PictureFileReader()
        let expected = try names.map { name in
            try reader.read("\(Self.pictures)/\(name)")
            return pixels(reader.frame)
        }
        let (frames, errors) = try outcome(try names.flatMap { try picture($0) }, piece: piece)
        #expect(frames == expected)
        #expect(errors.isEmpty)
    }

    /// A still picture is shown when it is whole, not when the stream ends.
    @Test func aStillIsNotWaitedBehind() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let source = try MJPEGSource(descriptor: ends[0], rate: 25)
        for name in ["rgb.png", "frames.gif", "lossy.webp"] {
            let bytes = try picture(name)
            #expect(bytes.withUnsafeBytes { write(ends[1], $0.baseAddress, $0.count) } == bytes.count)
            guard case .frame = try source.read(notBefore: 0) else {
                Issue.record("\(name) is not shown")
                return
            }
        }
    }

    @Test func filesGoOnBehindABrokenOne() throws {
        let folder = try TemporaryFolder()
        let broken = try folder.write("1.png", [1, 2, 3])
        let paths = ["\(Self.pictures)/rgb.png", broken, "\(Self.pictures)/grey.png"]
        let source = try PictureFilesSource(paths: paths, rate: 1)
        guard case .frame = try source.read(notBefore: 0), case .broken(let error) = try source.read(notBefore: 0),
            case .frame(let stamp) = try source.read(notBefore: 0), case .end = try source.read(notBefore: 0)
        else {
            Issue.record("another order")
            return
        }
        #expect(error.file == broken)
        #expect(stamp == FrameEvent.Stamp(index: 2, time: 2_000_000, dropped: 0))
        #expect(source.framePath == paths[2])
    }
}
