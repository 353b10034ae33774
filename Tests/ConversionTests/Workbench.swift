import Foundation
import TacitConversion
import TacitDiagnostics
import TacitModelFile

/// A folder for one test, with copies of golden bases and adapters that the test may break.
final class Workbench {
    static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/golden")

    let folder: URL
    let base: URL
    let adapter: URL
    var output: String { folder.appendingPathComponent("model.gguf").path }

    /// - Parameter name: of a golden case.
    init(_ name: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tacit-" + UUID().uuidString)
        base = folder.appendingPathComponent("base")
        adapter = folder.appendingPathComponent("adapter")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let source = Self.golden.appendingPathComponent(name)
        let expected = try JSONSerialization.jsonObject(
            with: Data(contentsOf: source.appendingPathComponent("expected.json")))
        let baseName = (expected as? [String: Any])?["base"] as? String ?? ""
        try FileManager.default.copyItem(at: Self.golden.appendingPathComponent("bases/\(baseName)"), to: base)
        try FileManager.default.copyItem(at: source.appendingPathComponent("adapter"), to: adapter)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    func convert(
        _ weights: ConversionOptions.Weights = .int8, groupSize: ConversionOptions.GroupSize = .short,
        smoothing: ConversionOptions.Smoothing? = nil, withAdapter: Bool = true
    ) throws -> ConversionReport {
        try Converter(
            ConversionOptions(
                base: base.path, adapter: withAdapter ? adapter.path : nil, weights: weights, smoothing: smoothing,
                groupSize: groupSize, output: output)
        ).convert()
    }

    /// The error of a conversion: its kind, and its line with the folder's path left out.
    func failure(withAdapter: Bool = true) -> (kind: TacitError.Kind, line: String)? {
        do {
            try convert(withAdapter: withAdapter)
            return nil
        } catch let error as TacitError {
            return (error.kind, error.description.replacingOccurrences(of: folder.path + "/", with: ""))
        } catch {
            return (.usage, "another kind of error: \(error)")
        }
    }

    /// Changes a JSON file by its members.
    func edit(_ path: String, _ change: (inout [String: Any]) -> Void) throws {
        let url = folder.appendingPathComponent(path)
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        var members = value as? [String: Any] ?? [:]
        change(&members)
        try JSONSerialization.data(withJSONObject: members, options: .sortedKeys).write(to: url)
    }

    /// Changes a safetensors file by its header and its data.
    func edit(tensors path: String, _ change: (inout [String: Any], inout Data) -> Void) throws {
        let url = folder.appendingPathComponent(path)
        let bytes = try Data(contentsOf: url)
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        let value = try JSONSerialization.jsonObject(with: bytes[8..<8 + length])
        var header = value as? [String: Any] ?? [:]
        var data = Data(bytes[(8 + length)...])
        change(&header, &data)
        try Self.safetensors(JSONSerialization.data(withJSONObject: header), data).write(to: url)
    }

    static func safetensors(_ header: Data, _ data: Data) -> Data {
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + data
    }

    func write(_ path: String, _ data: Data) throws {
        try data.write(to: folder.appendingPathComponent(path))
    }

    func read(_ path: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(path))
    }
}
