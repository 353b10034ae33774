import TacitConversion
import TacitEngine
import TacitLearning
import TacitModelFile
import TacitSettings

extension FuzzTarget {
    /// What a model file's maker, or someone on the way, may send.
    static let models = [
        FuzzTarget("model", longest: 16_384) { bytes in
            let file = try ModelFile(bytes: bytes, name: "model.gguf")
            try file.verify()
            _ = try Model(file)
        },
        FuzzTarget("labels", longest: 8192) { bytes in
            let labels = try LabelsFile.labels(bytes)
            // What was read can be written, and is the same when it is read again.
            let written = LabelsFile.bytes(labels)
            let again = try written.withUnsafeBytes { try LabelsFile.labels($0) }
            precondition(LabelsFile.bytes(again) == written, "labels change when they are written")
        },
    ]

    /// What a base's or an adapter's maker may send.
    static let conversion = UntrustedFile.allCases.map { kind in
        FuzzTarget(name(of: kind), longest: kind == .gguf ? 16_384 : 4096) { try kind.read($0) }
    }

    private static func name(of kind: UntrustedFile) -> String {
        switch kind {
        case .json: "json"
        case .baseConfig: "base-config"
        case .adapterConfig: "adapter-config"
        case .surroundings: "tacit-json"
        case .safetensors: "safetensors"
        case .gguf: "gguf-base"
        case .pattern: "pattern"
        }
    }
}
