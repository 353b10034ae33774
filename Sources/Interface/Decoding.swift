import CTacitInterface
import TacitDiagnostics
import TacitMedia

@_cdecl("tacit_sound_open")
public func soundOpen(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ sampleRate: UnsafeMutablePointer<Int32>?
) -> Int32 {
    perform(handle) { handle in
        let rate = try require(sampleRate, "the sample rate")
        rate.pointee = Int32(
            clamping: try handle.media.open(sound: TacitInterface.path(path), sampleRate: Int(rate.pointee)))
    }
}

@_cdecl("tacit_sound_read")
public func soundRead(
    _ handle: OpaquePointer?, _ samples: UnsafeMutablePointer<Float>?, _ room: Int,
    _ count: UnsafeMutablePointer<Int>?
) -> Int32 {
    count?.pointee = 0
    return perform(handle) { handle in
        let samples = try TacitInterface.room(samples, room, "the samples")
        let count = try require(count, "count")
        guard !samples.isEmpty else { throw TacitError(.usage, "room for 0 samples, expected at least 1") }
        count.pointee = try handle.media.readSound(samples)
    }
}

@_cdecl("tacit_sound_damage")
public func soundDamage(_ handle: OpaquePointer?, _ damage: UnsafeMutablePointer<tacit_damage>?) -> Int32 {
    perform(handle) { handle in
        let output = try require(damage, "the damage")
        try requireSize(output.pointee.size, of: tacit_damage.self, "tacit_damage")
        let (damage, words) = try handle.media.damageOfSound()
        output.pointee = tacit_damage(
            size: output.pointee.size, places: damage.places, lost: damage.lostSeconds, first: damage.firstTime,
            lacking: damage.lackingSeconds, skipped: damage.skippedBytes, first_skip: damage.firstSkipTime,
            words: words.pointer)
    }
}

@_cdecl("tacit_picture_open")
public func pictureOpen(
    _ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ width: UnsafeMutablePointer<Int>?,
    _ height: UnsafeMutablePointer<Int>?, _ channels: UnsafeMutablePointer<Int>?
) -> Int32 {
    perform(handle) { handle in
        try tell(try handle.media.decodePicture(path: TacitInterface.path(path)), width, height, channels)
    }
}

@_cdecl("tacit_picture_decode")
public func pictureDecode(
    _ handle: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ size: Int, _ width: UnsafeMutablePointer<Int>?,
    _ height: UnsafeMutablePointer<Int>?, _ channels: UnsafeMutablePointer<Int>?
) -> Int32 {
    perform(handle) { handle in
        let bytes = try elements(bytes?.assumingMemoryBound(to: UInt8.self), size, "the bytes")
        try tell(try handle.media.decodePicture(bytes: UnsafeRawBufferPointer(bytes)), width, height, channels)
    }
}

@_cdecl("tacit_picture_pixels")
public func picturePixels(_ handle: OpaquePointer?, _ pixels: UnsafeMutablePointer<UInt8>?, _ room: Int) -> Int32 {
    perform(handle) { handle in
        let pixels = try TacitInterface.room(pixels, room, "the pixels")
        let frame = try handle.media.decodedPicture()
        guard pixels.count >= frame.byteCount else {
            throw TacitError(.usage, "room for \(pixels.count) bytes, expected \(frame.byteCount) for the picture")
        }
        pixels.baseAddress?.update(from: frame.pixels, count: frame.byteCount)
    }
}

private func tell(
    _ frame: FrameBuffer, _ width: UnsafeMutablePointer<Int>?, _ height: UnsafeMutablePointer<Int>?,
    _ channels: UnsafeMutablePointer<Int>?
) throws {
    let width = try require(width, "width")
    let height = try require(height, "height")
    let channels = try require(channels, "channels")
    width.pointee = frame.width
    height.pointee = frame.height
    channels.pointee = frame.channels
}
