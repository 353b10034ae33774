import TacitDiagnostics

/// A raw frame of a known layout, and how it becomes grey or RGB.
package struct RawFrame: Equatable, Sendable {
    package var format: PixelFormat
    package var width: Int
    package var height: Int
    /// Of the first plane. The other planes' rows are as far apart (where U and V go in pairs, as in NV12: an odd
    /// number counts as the next even one) or half as far (where each has a plane, rounded up), each plane right behind
    /// the one before.
    package var bytesPerRow: Int
    /// Whether Y, U and V take all 256 values (as JPEG has it) rather than 16 to 235 and 16 to 240.
    package var isFullRange: Bool

    /// - Parameters:
    ///   - format: how pixels are stored.
    ///   - width: pixels in a row.
    ///   - height: rows.
    ///   - bytesPerRow: nil where rows follow one another without a hole.
    ///   - isFullRange: whether luma takes all of 0...255, rather than 16...235.
    package init(
        format: PixelFormat, width: Int, height: Int, bytesPerRow: Int? = nil, isFullRange: Bool = false
    ) {
        self.format = format
        self.width = width
        self.height = height
        self.bytesPerRow = max(bytesPerRow ?? 0, format.bytesPerRow(width: width))
        self.isFullRange = isFullRange
    }

    /// Bytes from the frame's first to its last pixel's.
    package var byteCount: Int {
        let last = format.bytesPerRow(width: width)
        let halfRows = (height + 1) / 2
        switch format {
        case .rgb24, .bgr24, .grey, .yuyv, .uyvy, .rgb565, .mjpeg: return bytesPerRow * (height - 1) + last
        case .nv12, .nv21: return bytesPerRow * height + pairStride * (halfRows - 1) + 2 * ((width + 1) / 2)
        case .nv16: return bytesPerRow * height + pairStride * (height - 1) + 2 * ((width + 1) / 2)
        case .yuv420, .yvu420: return bytesPerRow * height + chromaStride * (2 * halfRows - 1) + (width + 1) / 2
        }
    }

    /// Bytes from one frame's first pixel to the next one's, in a stream: the last row has its padding as well.
    package var frameStride: Int {
        let halfRows = (height + 1) / 2
        switch format {
        case .rgb24, .bgr24, .grey, .yuyv, .uyvy, .rgb565, .mjpeg: return bytesPerRow * height
        case .nv12, .nv21: return bytesPerRow * height + pairStride * halfRows
        case .nv16: return bytesPerRow * height + pairStride * height
        case .yuv420, .yvu420: return bytesPerRow * height + 2 * chromaStride * halfRows
        }
    }

    /// Whether colours that are halved both ways don't come out even. Such frames are small, or cut out of larger ones,
    /// and are interpolated, as FFmpeg's converter has it; elsewhere every two by two pixels have one colour.
    private var isOdd: Bool { width & 1 != 0 || height & 1 != 0 }

    /// Of halved colours, the row on the other side of pixel row `y` from the one that it belongs to.
    private func otherRow(_ y: Int) -> Int { min(max(y / 2 + (y & 1 == 0 ? -1 : 1), 0), (height - 1) / 2) }

    private var chromaStride: Int { (bytesPerRow + 1) / 2 }
    private var pairStride: Int { bytesPerRow + bytesPerRow & 1 }

    /// Writes the pixels as grey (if that is what they are) or RGB.
    ///
    /// - Parameters:
    ///   - bytes: at least `byteCount`; not of a JPEG.
    ///   - frame: takes the size.
    /// - Throws: `TacitError` (bad data) for too few bytes or a size out of range.
    package func convert(_ bytes: UnsafeRawBufferPointer, into frame: FrameBuffer) throws {
        guard format != .mjpeg, let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
            bytes.count >= byteCount
        else {
            throw TacitError(.badData, "a frame of \(bytes.count) bytes, expected \(byteCount)")
        }
        try frame.reshape(width: width, height: height, channels: format == .grey ? 1 : 3)
        let colors = isFullRange ? YUVConversion.full : YUVConversion.limited
        for y in 0..<height {
            let row = source + y * bytesPerRow
            let target = frame.pixels + y * width * frame.channels
            switch format {
            case .rgb24, .grey: target.update(from: row, count: width * frame.channels)
            case .bgr24: convertBGR(row, into: target)
            case .yuyv: convertFours(row, luma: 0, colors, into: target)
            case .uyvy: convertFours(row, luma: 1, colors, into: target)
            case .rgb565: convertRGB565(row, into: target)
            case .nv16:
                convertPairs(row, source + bytesPerRow * height + pairStride * y, colors, into: target)
            case .nv12, .nv21: convertHalvedPairs(source, y, colors, into: target)
            case .yuv420, .yvu420: convertHalvedPlanes(source, y, colors, into: target)
            case .mjpeg: break
            }
        }
    }

    private func convertBGR(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        for x in 0..<width {
            target[3 &* x] = row[3 &* x &+ 2]
            target[3 &* x &+ 1] = row[3 &* x &+ 1]
            target[3 &* x &+ 2] = row[3 &* x]
        }
    }

    private func convertRGB565(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
        for x in 0..<width {
            let (low, high) = (row[2 &* x], row[2 &* x &+ 1])
            // The highest bits again as the lowest, so that all ones are 255.
            let green = high << 5 | (low & 0xe0) >> 3
            target[3 &* x] = high & 0xf8 | high >> 5
            target[3 &* x &+ 1] = green | green >> 6
            target[3 &* x &+ 2] = low << 3 | (low & 0x1f) >> 2
        }
    }

    /// A row in which every two pixels are four bytes. Inlined, so that to the loop `luma` is a constant.
    ///
    /// - Parameters:
    ///   - row: the first of them.
    ///   - luma: which byte is the first pixel's, 0 or 1; colours have the others.
    ///   - colors: how they become RGB.
    ///   - target: gets that.
    @inline(__always)
    private func convertFours(
        _ row: UnsafePointer<UInt8>, luma: Int, _ colors: YUVConversion, into target: UnsafeMutablePointer<UInt8>
    ) {
        for x in 0..<width {
            let pair = row + 4 &* (x >> 1)
            colors.convert(
                y: pair[2 &* (x & 1) &+ luma], u: pair[1 &- luma], v: pair[3 &- luma], into: target + 3 &* x)
        }
    }

    /// A row of pixels of which every two by two have one U and V, side by side.
    private func convertHalvedPairs(
        _ source: UnsafePointer<UInt8>, _ y: Int, _ colors: YUVConversion, into target: UnsafeMutablePointer<UInt8>
    ) {
        let row = source + y * bytesPerRow
        let plane = source + bytesPerRow * height
        let near = plane + pairStride * (y / 2)
        guard isOdd else { return convertPairs(row, near, colors, into: target) }
        let far = plane + pairStride * otherRow(y)
        HalvedRow(near: near, far: far, step: 2, u: blueInPair, v: 1 - blueInPair, width: width)
            .convert(row, colors, into: target)
    }

    /// The same with a plane of each.
    private func convertHalvedPlanes(
        _ source: UnsafePointer<UInt8>, _ y: Int, _ colors: YUVConversion, into target: UnsafeMutablePointer<UInt8>
    ) {
        let row = source + y * bytesPerRow
        let plane = source + bytesPerRow * height
        let near = plane + chromaStride * (y / 2)
        let other = chromaStride * ((height + 1) / 2)
        let (blue, red) = format == .yuv420 ? (0, other) : (other, 0)
        guard isOdd else {
            let (blueRow, redRow) = (near + blue, near + red)
            for x in 0..<width {
                colors.convert(y: row[x], u: blueRow[x >> 1], v: redRow[x >> 1], into: target + 3 &* x)
            }
            return
        }
        let far = plane + chromaStride * otherRow(y)
        HalvedRow(near: near, far: far, step: 1, u: blue, v: red, width: width).convert(row, colors, into: target)
    }

    /// Which of U and V that lie side by side is U.
    private var blueInPair: Int { format == .nv21 ? 1 : 0 }

    /// A row of pixels with one U and V for every two.
    private func convertPairs(
        _ row: UnsafePointer<UInt8>, _ chroma: UnsafePointer<UInt8>, _ colors: YUVConversion,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        let blue = blueInPair
        for x in 0..<width {
            let pair = chroma + 2 &* (x >> 1)
            colors.convert(y: row[x], u: pair[blue], v: pair[1 &- blue], into: target + 3 &* x)
        }
    }
}
