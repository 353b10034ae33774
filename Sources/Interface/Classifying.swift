import CTacitInterface
import TacitCore
import TacitDiagnostics
import TacitFrontEnd

@_cdecl("tacit_classify_file")
public func classifyFile(_ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> Int32 {
    perform(handle) { handle in
        let path = try TacitInterface.path(path)
        try handle.classify { try $0.classify(path) }
    }
}

@_cdecl("tacit_classify_samples")
public func classifySamples(
    _ handle: OpaquePointer?, _ samples: UnsafePointer<Float>?, _ count: Int, _ sampleRate: Int32
) -> Int32 {
    perform(handle) { handle in
        let samples = try elements(samples, count, "the samples")
        try handle.classify { classifier in
            guard case .sound(let own, _) = classifier.model.sense else {
                throw TacitError(.badData, "samples, which the model does not take")
            }
            return try classifier.classify(samples: samples, sampleRate: sampleRate == 0 ? own : Int(sampleRate))
        }
    }
}

@_cdecl("tacit_classify_picture")
public func classifyPicture(
    _ handle: OpaquePointer?, _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int,
    _ stride: Int
) -> Int32 {
    perform(handle) { handle in
        let view = try picture(pixels, width, height, channels, stride)
        try handle.classify { try $0.classify(view) }
    }
}

/// A picture of the caller's, whose rows may lie apart.
func picture(
    _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int, _ stride: Int
) throws -> PixelView {
    try Picture.check(width: width, height: height, channels: channels)
    let row = width * channels
    guard stride == 0 || stride >= row, stride <= Int.max / height else {
        throw TacitError(.badData, "rows \(UInt(bitPattern: stride)) bytes apart, expected at least \(row) or 0")
    }
    return PixelView(
        pixels: try require(pixels, "the pixels"), width: width, height: height, channels: channels,
        bytesPerRow: stride == 0 ? nil : stride)
}
