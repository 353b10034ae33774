import TacitFrontEnd
import TacitSinks
import Testing

/// What a page shows as a stream's last picture.
@Suite struct PagePictureTests {
    private func frame(_ body: (PixelView) -> Bool) -> Bool {
        let pixels = [UInt8](repeating: 200, count: 32 * 24 * 3)
        return pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return false }
            return body(PixelView(pixels: base, width: 32, height: 24, channels: 3))
        }
    }

    @Test func nothingIsKeptWhileNobodyLooks() {
        let picture = PagePicture()
        #expect(!frame { picture.take($0, now: 100) })
        #expect(!picture.isThere && picture.jpeg() == nil)
        #expect(!picture.look(now: 101))
        #expect(frame { picture.take($0, now: 101.1) })
        #expect(picture.isThere && picture.jpeg()?.starts(with: [0xff, 0xd8]) == true)
    }

    /// Nobody is shown what was there before, and the next picture is taken at once.
    @Test func anOldOneIsNotTheLast() {
        let picture = PagePicture()
        #expect(!picture.look(now: 100))
        #expect(frame { picture.take($0, now: 100.1) })
        #expect(picture.look(now: 129))
        #expect(frame { picture.take($0, now: 158.9) })
        #expect(!frame { picture.take($0, now: 159.1) })
        #expect(!picture.look(now: 159.2))
        #expect(!picture.isThere && picture.jpeg() == nil)
        #expect(frame { picture.take($0, now: 159.25) })
        #expect(picture.look(now: 159.3))
    }

    /// However long it is and however narrow.
    @Test func aLine() {
        let pixels = [UInt8](repeating: 9, count: 2000)
        let picture = PagePicture()
        #expect(!picture.look(now: 0))
        let isTaken = pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return false }
            return picture.take(PixelView(pixels: base, width: 1, height: 2000, channels: 1), now: 1)
        }
        #expect(isTaken && picture.jpeg() != nil)
    }
}
