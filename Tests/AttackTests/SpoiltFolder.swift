import Foundation
import TacitTestSupport

/// Copies of a golden base and adapter, to be spoilt and converted.
struct SpoiltFolder {
    let folder: TemporaryFolder

    init(_ name: String) throws {
        let golden = try GoldenCase(name: name)
        folder = try TemporaryFolder()
        try folder.copy(golden.baseFolder.path, as: "base")
        try folder.copy(golden.adapterFolder.path, as: "adapter")
    }

    func path(_ name: String) -> String { folder.path(name) }

    func convert() throws -> Executable.Outcome {
        try Executable.convert.run(["--base", path("base"), "--adapter", path("adapter"), "-o", path("model.gguf")])
    }

    func write(_ name: String, _ data: Data) throws { try data.write(to: URL(fileURLWithPath: path(name))) }
    func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }
    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path(name)) }

    /// Changes a JSON file's members.
    func edit(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: path(name))))
        var members = value as? [String: Any] ?? [:]
        change(&members)
        try write(name, JSONSerialization.data(withJSONObject: members))
    }

    /// Sets a member to a value given as JSON text, which no parser of this machine gets to round.
    func set(_ name: String, _ key: String, _ json: String) throws {
        try edit(name) { $0[key] = "<<here>>" }
        let text = try String(contentsOfFile: path(name), encoding: .utf8)
        try write(name, text.replacingOccurrences(of: "\"<<here>>\"", with: json))
    }

    /// Changes what a safetensors file's header says of a tensor.
    func entry(_ name: String, _ tensor: String, _ change: (inout [String: Any]) -> Void) throws {
        var (header, data) = try tensors(name)
        var fields = header[tensor] as? [String: Any] ?? [:]
        change(&fields)
        header[tensor] = fields
        let text = try JSONSerialization.data(withJSONObject: header)
        try write(name, Data(littleEndian(UInt64(text.count))) + text + data)
    }

    /// Puts a number at the second place of a tensor of 32-bit floats.
    func fill(_ name: String, _ tensor: String, _ value: Float) throws {
        let (header, data) = try tensors(name)
        guard let offsets = (header[tensor] as? [String: Any])?["data_offsets"] as? [Int] else {
            throw CocoaError(.keyValueValidation)
        }
        var file = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        let start = file.count - data.count + offsets[0] + 4
        file.replaceSubrange(start..<start + 4, with: littleEndian(value.bitPattern))
        try write(name, file)
    }

    private func tensors(_ name: String) throws -> (header: [String: Any], data: Data) {
        let file = try Data(contentsOf: URL(fileURLWithPath: path(name)))
        let length = file.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let header = try JSONSerialization.jsonObject(with: file[8..<8 + length])
        return (header as? [String: Any] ?? [:], Data(file[(8 + length)...]))
    }
}
