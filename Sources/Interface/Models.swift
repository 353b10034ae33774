import CTacitInterface
import TacitCore
import TacitDiagnostics

@_cdecl("tacit_load")
public func load(_ handle: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> Int32 {
    perform(handle) { handle in
        try handle.load { try Model(TacitInterface.path(path)) }
    }
}

@_cdecl("tacit_load_bytes")
public func loadBytes(_ handle: OpaquePointer?, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int32 {
    perform(handle) { handle in
        try handle.load {
            try Model(
                bytes: UnsafeRawBufferPointer(
                    elements(bytes?.assumingMemoryBound(to: UInt8.self), count, "the bytes")))
        }
    }
}

@_cdecl("tacit_load_shared")
public func loadShared(_ handle: OpaquePointer?, _ other: OpaquePointer?) -> Int32 {
    let isOneHandle = handle != nil && handle == other
    return perform(handle) { handle in
        guard !isOneHandle else { throw TacitError(.usage, "the handle to share with is the handle itself") }
        let shared: Result<(model: Model, labels: String?), any Error>
        do throws(HandleShell.Refusal) {
            shared = try HandleShell.use(other) { other in Result { try other.shared() } }
        } catch {
            throw TacitError(.usage, "the handle to share with: \(error.words)")
        }
        let (model, labels) = try shared.get()
        handle.take(model, labels: labels)
    }
}

@_cdecl("tacit_verify")
public func verify(_ handle: OpaquePointer?) -> Int32 { perform(handle) { try $0.model().verify() } }

@_cdecl("tacit_describe")
public func describe(_ handle: OpaquePointer?, _ description: UnsafeMutablePointer<tacit_model>?) -> Int32 {
    perform(handle) { handle in
        let output = try require(description, "the description")
        try requireSize(output.pointee.size, of: tacit_model.self, "tacit_model")
        let model = try handle.model()
        var description = tacit_model()
        description.size = output.pointee.size
        description.labels = model.labels.count
        description.width = model.width
        switch model.sense {
        case .sound(let sampleRate, let windowSamples):
            description.sense = Int32(TACIT_SOUND)
            description.sample_rate = Int32(clamping: sampleRate)
            description.window_samples = windowSamples
        case .pictures(let width, let height, let channels):
            description.sense = Int32(TACIT_PICTURES)
            description.picture_width = Int32(clamping: width)
            description.picture_height = Int32(clamping: height)
            description.picture_channels = Int32(clamping: channels)
        case .tokens:
            description.sense = Int32(TACIT_TOKENS)
        }
        output.pointee = description
    }
}

@_cdecl("tacit_label_at")
public func labelAt(
    _ handle: OpaquePointer?, _ index: Int, _ name: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
    _ threshold: UnsafeMutablePointer<Float>?
) -> Int32 {
    perform(handle) { handle in
        let found = try handle.name(ofLabel: index)
        name?.pointee = found
        threshold?.pointee = try handle.model().thresholds[index]
    }
}

@_cdecl("tacit_configure")
public func configure(_ handle: OpaquePointer?, _ hop: Double, _ threads: Int32) -> Int32 {
    perform(handle) { try $0.configure(hop: hop, threads: Int(threads)) }
}
