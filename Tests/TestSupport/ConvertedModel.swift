import Foundation

/// A model made by `tacit-convert`, in a folder of its own.
public final class ConvertedModel: Sendable {
    public let folder: TemporaryFolder
    /// Of the model file.
    public var path: String { folder.path("model.gguf") }

    /// What a conversion that should have worked said.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameters:
    ///   - weights: as `--weights` takes it.
    ///   - flags: more of them.
    public init(base: String, adapter: String? = nil, weights: String = "f32", flags: [String] = []) throws {
        folder = try TemporaryFolder()
        let outcome = try Executable.convert.run(
            ["--base", base] + (adapter.map { ["--adapter", $0] } ?? []) + ["--weights", weights, "-o", path] + flags)
        guard outcome.status == 0 else { throw Failure(description: outcome.standardError) }
    }

    /// - Parameter events: of an adapter that is the same but for these defaults of `tacit.json`.
    public convenience init(base: String, adapter: String, weights: String = "f32", events: [String: Double]) throws {
        let copies = try TemporaryFolder()
        let changed = try copies.copy(adapter, as: "adapter")
        let settings = URL(fileURLWithPath: changed).appendingPathComponent("tacit.json")
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: settings))
        guard var members = value as? [String: Any] else { throw Failure(description: "\(settings.path): no object") }
        members["events"] = events
        try JSONSerialization.data(withJSONObject: members).write(to: settings)
        try self.init(base: base, adapter: changed, weights: weights)
    }

    public convenience init(_ golden: GoldenCase, weights: String = "f32", flags: [String] = []) throws {
        try self.init(
            base: golden.baseFolder.path, adapter: golden.adapterFolder.path, weights: weights, flags: flags)
    }
}

extension ConvertedModel {
    /// The same model with other names for its first labels.
    public convenience init(_ golden: GoldenCase, labels: [String]) throws {
        let folder = try TemporaryFolder()
        let adapter = try folder.copy(golden.adapterFolder.path, as: "adapter")
        let path = URL(fileURLWithPath: adapter).appendingPathComponent("tacit.json")
        var description = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any] ?? [:]
        let known = description["labels"] as? [String] ?? []
        description["labels"] = Array(labels.prefix(known.count) + known.dropFirst(labels.count))
        try JSONSerialization.data(withJSONObject: description).write(to: path)
        try self.init(base: golden.baseFolder.path, adapter: adapter)
    }
}
