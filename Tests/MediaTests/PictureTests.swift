import Foundation
import TacitDiagnostics
import TacitMedia
import TacitTestSupport
import Testing

/// Picture files: what comes out of good ones, and what is said of bad ones.
@Suite struct PictureTests {
    private static let folder = TestPaths.fixtures.appendingPathComponent("pictures").path

    /// Those of `tools/golden/pictures.py`: a 3 x 2 picture (its pixels in expected.json) in every form.
    private struct Expected: Decodable {
        let file: String
        let width: Int
        let height: Int
        let channels: Int
        let pixels: [UInt8]
    }

    private static let expected: [Expected] = {
        let data = try? Data(contentsOf: URL(fileURLWithPath: folder + "/expected.json"))
        return data.flatMap { try? JSONDecoder().decode([Expected].self, from: $0) } ?? []
    }()

    @Test func readsEveryForm() throws {
        #expect(Self.expected.count >= 51)
        let reader = try PictureFileReader()
        for picture in Self.expected {
            try reader.read("\(Self.folder)/\(picture.file)")
            let frame = reader.frame
            #expect(frame.width == picture.width && frame.height == picture.height)
            #expect(frame.channels == picture.channels)
            let found: [UInt8] = Array(UnsafeBufferPointer(start: frame.pixels, count: frame.byteCount))
            #expect(found == picture.pixels, "\(picture.file)")
        }
    }

    private func refusal(_ bytes: [UInt8]) throws -> TacitError? {
        let folder = try TemporaryFolder()
        let path = try folder.write("picture", bytes)
        do {
            try PictureFileReader().read(path)
            return nil
        } catch let error as TacitError {
            #expect(error.file == path)
            return error
        }
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name)")))
    }

    @Test(arguments: ["rgb.png", "grey16.png", "interlaced.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg"])
    func refusesWhatEndsEarly(name: String) throws {
        let whole = try bytes(name)
        for count in 0..<whole.count - (name.hasSuffix("png") ? 12 : 2) {
            let error = try refusal(Array(whole[..<count]))
            #expect(error?.kind == .badData, "\(name) cut to \(count)")
        }
    }

    @Test func survivesEveryDamagedByte() throws {
        let folder = try TemporaryFolder()
        let reader = try PictureFileReader()
        for name in ["rgb.png", "palette.png", "rgb.jpg", "progressive.jpg", "turned-6.jpg"] {
            let whole = try bytes(name)
            for index in whole.indices {
                for flip in [UInt8(0xff), 0x01, 0x80] {
                    var damaged = whole
                    damaged[index] ^= flip
                    let path = try folder.write("picture", damaged)
                    do {
                        try reader.read(path)
                    } catch let error as TacitError {
                        #expect(error.kind == .badData)
                    }
                }
            }
        }
        // The reader is as good as new.
        try reader.read("\(Self.folder)/rgb.jpg")
    }

    @Test func refusesHugeHeadersBeforeTakingMemory() throws {
        // A PNG's width and height stand at 16; a JPEG's height and width behind its frame marker.
        var png = try bytes("rgb.png")
        png.replaceSubrange(16..<24, with: [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60])
        let sum = crc32(Array(png[12..<29]))
        png.replaceSubrange(29..<33, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) })
        let first = try refusal(png)
        #expect(first?.kind == .badData)
        #expect(first?.reason.contains("60000 x 60000") == true)

        var jpeg = try bytes("rgb.jpg")
        let marker = try #require(jpeg.indices.first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
        jpeg.replaceSubrange(marker + 5..<marker + 9, with: [0xea, 0x60, 0xea, 0x60])
        let second = try refusal(jpeg)
        #expect(second?.kind == .badData)
        #expect(second?.reason.contains("60000 x 60000") == true)
    }

    @Test func saysWhatItExpected() throws {
        #expect(try refusal([])?.reason == "the file is empty, expected a picture")
        #expect(try refusal(Array("no picture".utf8))?.reason == "no PNG, JPEG, WebP or GIF picture")
        #expect(try refusal(Array("GIF89a".utf8))?.reason == "a GIF picture that can't be decoded: the file ends early")
        #expect(try refusal(Array("RIFF....WEBP".utf8))?.reason.hasPrefix("a WebP picture that can't be ") == true)
        #expect(
            try refusal(Array("II*\0".utf8))?.reason.hasPrefix("a TIFF picture, expected PNG, JPEG, WebP or GIF: ")
                == true)
        // Of a film what shows all of it.
        let film = try refusal(Array("YUV4MPEG2 W64 H48 F5:1\nFRAME\n".utf8))
        #expect(
            film?.reason == "a film (Y4M), expected PNG, JPEG, WebP or GIF: "
                + "'ffmpeg -i FILE -q:v 3 -f mjpeg - | tacit watch --input -' labels it")
        #expect(try refusal([0, 0, 0, 1, 0x67, 0x42, 0])?.reason.hasPrefix("a film (H.264), ") == true)
        #expect(try refusal(Array("qoif....".utf8))?.reason.hasPrefix("a QOI picture, ") == true)
        let part = "--frame\r\nContent-Type: image/jpeg\r\n\r\n"
        for front in ["", "HTTP/1.1 200 OK\r\n\r\n"] {
            #expect(
                try refusal(Array((front + part).utf8) + bytes("rgb.jpg"))?.reason
                    == "a stream of JPEG pictures, expected one: 'tacit watch --input FILE --format mjpeg' labels it")
        }
        // How far it goes.
        let png = try refusal(Array(bytes("rgb.png").dropLast(20)))
        #expect(png?.reason.contains("the file ends early, in row ") == true, "\(png?.reason ?? "")")
        let jpeg = try bytes("grey.jpg")
        let cut = try refusal(Array(jpeg.dropLast(30)))
        #expect(cut?.reason.contains("at about row ") == true, "\(cut?.reason ?? "")")
        #expect(throws: TacitError.self) { try PictureFileReader().read("/nowhere/at/all.png") }
        do {
            try PictureFileReader().read("/dev")
        } catch let error as TacitError {
            #expect(error.kind == .noInput)
        }
    }

    @Test func listsFoldersInOrder() throws {
        let folder = try TemporaryFolder()
        for name in [
            "b.png", "g.webp", "h.GIF", "a/z.JPG", "a/.hidden.png", "c.txt", "a/b/x.jpeg", "f10.png", "f2.png",
            "f010.png",
        ] {
            try folder.write(name, [0])
        }
        #expect(
            try PictureFiles.inFolder(folder.path)
                == ["a/b/x.jpeg", "a/z.JPG", "b.png", "f2.png", "f010.png", "f10.png", "g.webp", "h.GIF"].map {
                    folder.path + "/" + $0
                })
        let empty = try TemporaryFolder()
        #expect(throws: TacitError.self) { try PictureFiles.inFolder(empty.path) }
    }

    /// A pipe that nobody writes to would be waited for until the end of days.
    @Test func foldersOfWhatAreNoFiles() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path("a.png")
        try #require(mkfifo(pipe, 0o600) == 0)
        try #require(symlink(pipe, folder.path("b.png")) == 0)
        try #require(symlink("/dev/zero", folder.path("c.png")) == 0)
        #expect(throws: TacitError.self) { try PictureFiles.inFolder(folder.path) }
        try #require(symlink("nowhere", folder.path("d.png")) == 0)
        try folder.write("e.png", bytes("rgb.png"))
        try #require(symlink("e.png", folder.path("f.png")) == 0)
        #expect(try PictureFiles.inFolder(folder.path) == ["d.png", "e.png", "f.png"].map { folder.path($0) })
    }

    /// To the system, names are bytes: those that are no UTF-8 are listed, read, and hinder nothing.
    @Test func foldersOfNamesThatAreNotUTF8() throws {
        let folder = try TemporaryFolder()
        let strange = folder.path + "/caf"
        func make(_ end: [UInt8], _ content: [UInt8]) throws {
            let path = Array(strange.utf8) + end + [0]
            let descriptor = path.withUnsafeBytes { buffer in
                buffer.bindMemory(to: CChar.self).baseAddress.map { open($0, O_WRONLY | O_CREAT | O_EXCL, 0o600) } ?? -1
            }
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            try #require(write(descriptor, content, content.count) == content.count)
        }
        try make([0xe9] + Array(".png".utf8), bytes("rgb.png"))
        try make([0xff] + Array(".txt".utf8), [0])
        try folder.write("z.png", bytes("rgb.png"))
        let found = try PictureFiles.inFolder(folder.path)
        #expect(found.map { $0.hasSuffix("z.png") } == [false, true])
        let reader = try PictureFileReader()
        for path in found { try reader.read(path) }
        #expect(reader.frame.width == Self.expected.first { $0.file == "rgb.png" }?.width)
    }

    /// ISO 3309, bit by bit.
    private func crc32(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xffff_ffff
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xedb8_8320 : remainder >> 1 }
        }
        return ~remainder
    }
}
