import CTacitAllocationCounter
import TacitDiagnostics
import TacitFrontEnd
import TacitMedia
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct ImageFrontEndTests {
    private func model(
        _ width: Int, _ height: Int, channels: Int, patch: Int = 1, stride: Int? = nil, mean: Double = 0,
        deviation: Double = 1
    ) throws -> ImageFrontEnd {
        try ImageFrontEnd(
            .image(
                ImageInput(
                    width: width, height: height, channels: channels, patch: patch, stride: stride ?? patch,
                    mean: Array(repeating: mean, count: channels),
                    deviation: Array(repeating: deviation, count: channels))))
    }

    private func view(_ frame: FrameBuffer) -> PixelView {
        PixelView(
            pixels: UnsafePointer(frame.pixels), width: frame.width, height: frame.height, channels: frame.channels)
    }

    /// To the last bit, where a 255th on average is asked for.
    @Test(arguments: GoldenScaling.all) func scalesAsPillow(golden: GoldenScaling) throws {
        let reader = try PictureFileReader()
        try reader.read(golden.path)
        let frontEnd = try model(golden.width, golden.height, channels: golden.channels)
        frontEnd.take(view(reader.frame))
        let crop = CenterCrop(
            width: reader.frame.width, height: reader.frame.height, targetWidth: golden.width,
            targetHeight: golden.height)
        #expect([crop.width, crop.height] == golden.crop)
        // Patches of one pixel, mean 0 and deviation 1: the pixels themselves.
        let found = (0..<golden.pixels.count).map { UInt8((frontEnd.patches[$0] * 255).rounded()) }
        #expect(found == golden.pixels)
    }

    @Test func goldenPicturesAreThere() { #expect(GoldenScaling.all.count >= 14) }

    @Test(arguments: GoldenImages.names) func patchesAreTheReferences(name: String) throws {
        let golden = try GoldenImages(name: name)
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let frontEnd = try ImageFrontEnd(ModelFile(path: model.path).description.input)
        let reader = try PictureFileReader()
        try reader.read(golden.path(of: golden.images[0]))
        frontEnd.take(view(reader.frame))
        try #require(frontEnd.patchCount == golden.patches.count)
        let expected = golden.patches.flatMap { $0 }
        #expect(Array(UnsafeBufferPointer(start: frontEnd.patches, count: expected.count)) == expected)
    }

    @Test func cutsOverlappingPatchesInRasterOrder() throws {
        let frontEnd = try model(4, 3, channels: 3, patch: 2, stride: 1, mean: 0.5, deviation: 0.25)
        let pixels = (0..<36).map { UInt8($0 * 7) }
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            frontEnd.take(PixelView(pixels: base, width: 4, height: 3, channels: 3))
        }
        #expect(frontEnd.patchCount == 6)
        var index = 0
        for row in 0..<2 {
            for column in 0..<3 {
                for y in row..<row + 2 {
                    for x in column..<column + 2 {
                        for channel in 0..<3 {
                            let byte = pixels[(y * 4 + x) * 3 + channel]
                            #expect(frontEnd.patches[index] == Float((Double(byte) / 255 - 0.5) / 0.25))
                            index += 1
                        }
                    }
                }
            }
        }
    }

    @Test func holesBetweenRowsAndGreyCopies() throws {
        let frontEnd = try model(2, 2, channels: 3)
        let pixels: [UInt8] = [10, 20, 99, 30, 40, 99]
        pixels.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            frontEnd.take(PixelView(pixels: base, width: 2, height: 2, channels: 1, bytesPerRow: 3))
        }
        let found = (0..<12).map { (frontEnd.patches[$0] * 255).rounded() }
        #expect(found == [10, 10, 10, 20, 20, 20, 30, 30, 30, 40, 40, 40])
    }

    @Test func takesNoMemoryForAStream() throws {
        let frontEnd = try model(32, 32, channels: 3, patch: 4)
        let pixels = [UInt8](repeating: 17, count: 640 * 480 * 3)
        try pixels.withUnsafeBufferPointer { buffer in
            let picture = PixelView(pixels: try #require(buffer.baseAddress), width: 640, height: 480, channels: 3)
            frontEnd.take(picture)
            let before = tacit_allocations_on_this_thread()
            for _ in 0..<10 { frontEnd.take(picture) }
            #expect(tacit_allocations_on_this_thread() == before)
        }
    }

    @Test func refusesSound() {
        #expect(throws: TacitError.self) {
            try ImageFrontEnd(.waveform(WaveformInput(sampleRate: 8000, patch: 4, stride: 4, window: 2)))
        }
    }
}
