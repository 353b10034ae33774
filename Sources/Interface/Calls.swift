import CTacitInterface
import TacitCore
import TacitDiagnostics
import TacitFrontEnd

/// A call on a handle: what comes of it, remembered by the handle.
func call(_ handle: OpaquePointer?, _ body: (Handle) throws -> Int32) -> Int32 {
    do {
        return try HandleShell.use(handle) { $0.status(of: body) }
    } catch {
        return Int32(TACIT_USAGE)
    }
}

/// The same of what has nothing to say but that it went well.
func perform(_ handle: OpaquePointer?, _ body: (Handle) throws -> Void) -> Int32 {
    call(handle) {
        try body($0)
        return Int32(TACIT_OK)
    }
}

/// A pointer that must be there.
func require<Pointer>(_ pointer: Pointer?, _ name: StaticString) throws -> Pointer {
    guard let pointer else { throw TacitError(.usage, "\(name) is NULL") }
    return pointer
}

/// `count` elements of the caller's.
func elements<Element>(
    _ pointer: UnsafePointer<Element>?, _ count: Int, _ name: StaticString
) throws -> UnsafeBufferPointer<Element> {
    guard count >= 0, count <= Int.max / MemoryLayout<Element>.stride else {
        throw TacitError(.usage, "\(UInt(bitPattern: count)) elements of \(name) can't be")
    }
    return UnsafeBufferPointer(start: count == 0 ? nil : try require(pointer, name), count: count)
}

/// Room for `count` elements of the caller's.
func room<Element>(
    _ pointer: UnsafeMutablePointer<Element>?, _ count: Int, _ name: StaticString
) throws -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(mutating: try elements(UnsafePointer(pointer), count, name))
}

/// A picture of the caller's, valid during the call.
func view(
    _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int, _ stride: Int
) throws -> PixelView {
    guard min(width, height, channels) >= 0 else {
        let sizes = [width, height, channels].map { "\(UInt(bitPattern: $0))" }.joined(separator: " x ")
        throw TacitError(.badData, "a picture of \(sizes) can't be")
    }
    try Picture.check(width: width, height: height, channels: channels)
    let row = width * channels
    guard stride >= 0, stride <= Int.max / height else {
        throw TacitError(
            .badData,
            "rows \(UInt(bitPattern: stride)) bytes apart, too far for \(height) of them: expected at most "
                + "\(Int.max / height)")
    }
    guard stride == 0 || stride >= row else {
        throw TacitError(.badData, "rows \(stride) bytes apart, expected at least \(row) or 0")
    }
    return PixelView(
        pixels: try require(pixels, "the pixels"), width: width, height: height, channels: channels,
        bytesPerRow: stride == 0 ? nil : stride)
}

/// A path of the caller's: any bytes that the system takes for one.
func path(_ pointer: UnsafePointer<CChar>?) throws -> String {
    let path = SystemPath.string(try require(pointer, "the path"))
    guard !path.isEmpty else { throw TacitError(.noInput, "the path is empty") }
    return SystemPath.ofFile(path)
}

/// A structure that says itself how large the caller takes it to be.
func requireSize<Structure>(_ size: Int, of type: Structure.Type, _ name: StaticString) throws {
    guard size == MemoryLayout<Structure>.size else {
        throw TacitError(
            .usage, "the size of \(name) is \(UInt(bitPattern: size)), expected \(MemoryLayout<Structure>.size)")
    }
}
