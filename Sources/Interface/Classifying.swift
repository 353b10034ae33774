import CTacitInterface
import TacitCore

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
        try handle.classify {
            try $0.classify(samples: samples, sampleRate: sampleRate == 0 ? $0.model.sampleRate() : Int(sampleRate))
        }
    }
}

@_cdecl("tacit_classify_picture")
public func classifyPicture(
    _ handle: OpaquePointer?, _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int,
    _ stride: Int
) -> Int32 {
    perform(handle) { handle in
        let picture = try view(pixels, width, height, channels, stride)
        try handle.classify { try $0.classify(picture) }
    }
}
