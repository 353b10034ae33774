import CTacitInterface
import TacitCore
import TacitDiagnostics

@_cdecl("tacit_load_labels")
public func loadLabels(_ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?) -> Int32 {
    perform(handle) { try $0.load(labels: path(labels)) }
}

@_cdecl("tacit_teach_file")
public func teachFile(
    _ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?, _ purpose: Int32, _ name: UnsafePointer<CChar>?,
    _ file: UnsafePointer<CChar>?
) -> Int32 {
    perform(handle) { handle in
        let purpose = try TacitInterface.purpose(purpose, name)
        let file = try path(file)
        try handle.teach(path(labels)) {
            handle.media.damage = nil
            try $0.teach(purpose, files: [file])
            if case .sound = $0.model.sense { handle.media.note($0.damage) }
        }
    }
}

@_cdecl("tacit_teach_samples")
public func teachSamples(
    _ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?, _ purpose: Int32, _ name: UnsafePointer<CChar>?,
    _ samples: UnsafePointer<Float>?, _ count: Int, _ sampleRate: Int32
) -> Int32 {
    perform(handle) { handle in
        let purpose = try TacitInterface.purpose(purpose, name)
        let samples = try elements(samples, count, "the samples")
        try handle.teach(path(labels)) {
            let rate = sampleRate == 0 ? try $0.model.sampleRate() : Int(sampleRate)
            try $0.teach(purpose, samples: samples, sampleRate: rate)
        }
    }
}

@_cdecl("tacit_teach_picture")
public func teachPicture(
    _ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?, _ purpose: Int32, _ name: UnsafePointer<CChar>?,
    _ pixels: UnsafePointer<UInt8>?, _ width: Int, _ height: Int, _ channels: Int, _ stride: Int
) -> Int32 {
    perform(handle) { handle in
        let purpose = try TacitInterface.purpose(purpose, name)
        let picture = try view(pixels, width, height, channels, stride)
        try handle.teach(path(labels)) { try $0.teach(purpose, picture) }
    }
}

@_cdecl("tacit_forget")
public func forget(
    _ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?
) -> Int32 {
    perform(handle) { handle in
        let name = try label(name)
        try handle.teach(path(labels)) { try $0.forget(name) }
    }
}

@_cdecl("tacit_rename")
public func rename(
    _ handle: OpaquePointer?, _ labels: UnsafePointer<CChar>?, _ name: UnsafePointer<CChar>?,
    _ newName: UnsafePointer<CChar>?
) -> Int32 {
    perform(handle) { handle in
        let (name, newName) = (try label(name), try label(newName))
        try handle.teach(path(labels)) { try $0.rename(name, to: newName) }
    }
}

/// A label's name of the caller's.
private func label(_ pointer: UnsafePointer<CChar>?) throws -> String {
    guard let name = String(validatingCString: try require(pointer, "the name")) else {
        throw TacitError(.usage, "the name is not UTF-8")
    }
    return name
}

/// What an example is.
private func purpose(_ purpose: Int32, _ name: UnsafePointer<CChar>?) throws -> Teacher.Purpose {
    switch Int(purpose) {
    case TACIT_EXAMPLE: .label(try label(name))
    case TACIT_CORRECTION: .not(try label(name))
    case TACIT_BACKGROUND: .background
    default: throw TacitError(.usage, "purpose \(purpose), expected 1 to 3")
    }
}
