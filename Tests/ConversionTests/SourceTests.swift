import Foundation
import TacitConversion
import TacitDiagnostics
import TacitModelFile
import TacitTestSupport
import Testing

/// Bases and adapters as they lie on disk, and what must not be done to them.
@Suite struct SourceTests {
    /// A large file's digest is made meanwhile, is the file's all the same, and leaves it alone once it isn't wanted.
    @Test func largeFilesAreDigestedMeanwhile() throws {
        let base = try Int8TrialTests.Base(outlier: 1)
        let path = base.folder.appendingPathComponent("model.safetensors").path
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.count > 4 << 20)
        _ = try base.convert(.f32)
        var digest = MessageDigest()
        digest.update(Array(bytes))
        let files = try ModelFile(path: base.output).provenance.files
        #expect(files.first { $0.name == "model.safetensors" }?.digest == digest.hexadecimal())
        for length in [0, bytes.count / 2, bytes.count - 4096] {
            #expect(throws: TacitError.self) { _ = try base.convert(twoPlaneLayers: 3) }
            // Whoever still read it would end by a signal.
            #expect(truncate(path, off_t(length)) == 0)
            try bytes.write(to: URL(fileURLWithPath: path))
        }
    }

    /// Makes a folder of the bench a snapshot of the hub's cache: links into `../../blobs`.
    private func snapshot(_ bench: Workbench, _ name: String) throws -> URL {
        let cache = bench.folder.appendingPathComponent("cache/models--owner--\(name)")
        let snapshot = cache.appendingPathComponent("snapshots/0123abcd")
        let blobs = cache.appendingPathComponent("blobs")
        let files = FileManager.default
        try files.createDirectory(at: snapshot, withIntermediateDirectories: true)
        try files.createDirectory(at: blobs, withIntermediateDirectories: true)
        let source = bench.folder.appendingPathComponent(name)
        for (index, file) in try files.contentsOfDirectory(atPath: source.path).sorted().enumerated() {
            try files.moveItem(
                at: source.appendingPathComponent(file), to: blobs.appendingPathComponent("blob\(index)"))
            try files.createSymbolicLink(
                atPath: snapshot.appendingPathComponent(file).path, withDestinationPath: "../../blobs/blob\(index)")
        }
        try files.removeItem(at: source)
        try files.createSymbolicLink(at: source, withDestinationURL: snapshot)
        return snapshot
    }

    @Test func snapshotsOfTheHubsCache() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        try bench.convert()
        let plain = try bench.read("model.gguf")
        let snapshot = try snapshot(bench, "base")
        _ = try self.snapshot(bench, "adapter")
        try bench.convert()
        #expect(try bench.read("model.gguf") == plain)

        // A link that leaves the cache is none of its own.
        let shard = snapshot.appendingPathComponent("model-00001-of-00004.safetensors")
        let outside = bench.folder.appendingPathComponent("outside")
        try FileManager.default.copyItem(at: shard.resolvingSymlinksInPath(), to: outside)
        try FileManager.default.removeItem(at: shard)
        try FileManager.default.createSymbolicLink(at: shard, withDestinationURL: outside)
        #expect(bench.failure()?.line == "base/model-00001-of-00004.safetensors: is a link, which is not followed")
        #expect(bench.failure()?.kind == .badData)
    }

    /// A cache that was copied without what lies behind its links is not whole, rather than hostile.
    @Test func snapshotsWithoutTheirBlobs() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        let snapshot = try snapshot(bench, "base")
        let settings = snapshot.appendingPathComponent("config.json")
        let link = try FileManager.default.destinationOfSymbolicLink(atPath: settings.path)
        try FileManager.default.removeItem(at: settings.resolvingSymlinksInPath())
        #expect(bench.failure()?.line == "base/config.json: a link to \(link): No such file or directory")
        #expect(bench.failure()?.kind == .noInput)
    }

    @Test func theFirstLayersAlone() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        func convert(layers: Int) throws -> ConversionReport {
            try Converter(
                ConversionOptions(
                    base: bench.base.path, layers: layers, adapter: bench.adapter.path, weights: .f32,
                    output: bench.output)
            ).convert()
        }
        let report = try convert(layers: 2)
        #expect(report.kinds.allSatisfy { $0.matrices == 2 })
        #expect(report.adaptedModules == 8)
        for layers in [0, 4] {
            let error = thrown(TacitError.self) { try convert(layers: layers) }
            #expect(error?.kind == .usage)
            #expect(error?.description == "layers: \(layers) asked for, but the base has 3")
        }
    }

    /// With `bias: all` PEFT stores the biases of what it wraps three times, also of norms in layers that are left out
    /// and of heads.
    @Test func copiesOfBiases() throws {
        let bench = try Workbench("gpt2-sharded-patterns")
        let root = "base_model.model."
        func add(_ names: [String], like source: String) throws {
            try bench.edit(tensors: "adapter/adapter_model.safetensors") { header, data in
                guard let entry = header[root + source] as? [String: Any],
                    let offsets = entry["data_offsets"] as? [Int]
                else { return }
                for name in names {
                    var copy = entry
                    copy["data_offsets"] = [data.count, data.count + offsets[1] - offsets[0]]
                    header[root + name] = copy
                    data.append(Data(data[offsets[0]..<offsets[1]]))
                }
            }
        }
        func refusal(layers: Int?) -> String? {
            thrown(TacitError.self) {
                try Converter(
                    ConversionOptions(
                        base: bench.base.path, layers: layers, adapter: bench.adapter.path, output: bench.output))
            }?.reason
        }
        let bias = "transformer.ln_f.bias"
        for layer in 0..<3 {
            let norm = "transformer.h.\(layer).ln_1"
            try add(
                ["\(norm).weight", "\(norm).modules_to_save.bias", "\(norm).original_module.bias"],
                like: "\(norm).bias")
        }
        for head in ["qa_outputs", "score"] {
            try add(
                ["\(head).weight", "\(head).bias", "\(head).modules_to_save.bias", "\(head).original_module.bias"],
                like: bias)
        }
        let choice = "multiple_choice_head"
        try add(
            [
                "\(choice).summary.weight", "\(choice).summary.bias",
                "\(choice).modules_to_save.default.summary.bias", "\(choice).original_module.summary.bias",
                "classifier.bias",
            ], like: bias)
        try bench.edit("adapter/adapter_config.json") {
            $0["modules_to_save"] = ["ln_1", "qa_outputs", "score", choice]
        }
        for layers in [nil, 2] { #expect(refusal(layers: layers) == nil) }
        try add(["classifier.weight"], like: bias)
        #expect(refusal(layers: nil) == "nothing in this base and adapter_config.json uses this tensor")
    }

    /// What changes nothing is no reason to refuse.
    @Test func harmlessDifferences() throws {
        let bench = try Workbench("llama-plain")
        try bench.convert()
        let plain = try bench.read("model.gguf")
        func tensors(_ model: Data) -> Data { model.suffix(40_000) }
        func same(_ what: String, _ change: () throws -> Void) throws {
            try change()
            try bench.convert()
            #expect(try tensors(bench.read("model.gguf")) == tensors(plain), "\(what)")
        }
        try same("keys that nobody reads") {
            var text = try String(contentsOf: bench.base.appendingPathComponent("config.json"), encoding: .utf8)
            let end = try #require(text.lastIndex(of: "}"))
            text.insert(
                contentsOf: ", \"a\": NaN, \"b\": [Infinity, -Infinity], \"partial_rotary_factor\": null", at: end)
            try bench.write("base/config.json", Data(text.utf8))
        }
        try same("another word for the activation") {
            let text = try String(contentsOf: bench.base.appendingPathComponent("config.json"), encoding: .utf8)
            try bench.write("base/config.json", Data(text.replacingOccurrences(of: "silu", with: "swish").utf8))
        }
        try same("an attention factor of 1") {
            let text = try String(contentsOf: bench.base.appendingPathComponent("config.json"), encoding: .utf8)
            let rope = "\"rope_scaling\": {\"rope_type\": \"default\", \"attention_factor\": 1.0, \"mscale\": null}"
            try bench.write(
                "base/config.json", Data(text.replacingOccurrences(of: "\"rope_scaling\": null", with: rope).utf8))
        }
        for path in ["base/model.safetensors", "adapter/adapter_model.safetensors"] {
            try same("prefixes of wrappers in \(path)") {
                try bench.edit(tensors: path) { header, _ in
                    header = Dictionary(
                        uniqueKeysWithValues: header.map { ($0 == "__metadata__" ? $0 : "module._orig_mod." + $0, $1) })
                }
            }
        }
        try same("names of a model that answers questions") {
            try bench.edit(tensors: "adapter/adapter_model.safetensors") { header, _ in
                let root = "base_model.model."
                header = Dictionary(
                    uniqueKeysWithValues: header.map {
                        ($0.replacingOccurrences(of: root, with: root + "transformer."), $1)
                    })
            }
        }
        try same("a classifier's head and stored frequencies") {
            try bench.edit(tensors: "base/model.safetensors") { header, data in
                for name in ["score.weight", "rotary_emb.inv_freq", "layers.0.self_attn.rotary_emb.inv_freq"] {
                    header[name] = ["dtype": "F32", "shape": [1], "data_offsets": [data.count, data.count + 4]]
                    data.append(Data(count: 4))
                }
            }
        }
    }

    @Test func anAliasIsReadAsTransformersReadsIt() throws {
        let bench = try Workbench("gpt2-plain")
        try bench.convert()
        let plain = try bench.read("model.gguf")
        try bench.edit("base/config.json") { config in
            for (alias, name) in [
                ("num_attention_heads", "n_head"), ("hidden_size", "n_embd"), ("num_hidden_layers", "n_layer"),
                ("max_position_embeddings", "n_positions"),
            ] { config[alias] = config.removeValue(forKey: name) }
        }
        try bench.convert()
        #expect(try bench.read("model.gguf").suffix(40_000) == plain.suffix(40_000))
    }

    @Test func nothingIsWrittenOverAnInput() throws {
        let bench = try Workbench("gpt2-plain")
        let files = FileManager.default
        let weights = bench.base.appendingPathComponent("model.safetensors")
        let before = try Data(contentsOf: weights)
        try files.linkItem(at: weights, to: bench.folder.appendingPathComponent("hard.gguf"))
        try files.createSymbolicLink(
            at: bench.folder.appendingPathComponent("soft.gguf"), withDestinationURL: weights)
        for output in ["base/model.safetensors", "adapter/tacit.json", "hard.gguf", "soft.gguf"] {
            let path = bench.folder.appendingPathComponent(output).path
            let error = thrown(TacitError.self) {
                try Converter(ConversionOptions(base: bench.base.path, adapter: bench.adapter.path, output: path))
            }
            #expect(error?.kind == .cannotCreate)
            #expect(error?.description == "\(path): is one of the files that the model is made from")
        }
        #expect(try Data(contentsOf: weights) == before)
    }

    /// Known before any work is done.
    @Test func nothingIsWrittenOverWhatIsNoModel() throws {
        let bench = try Workbench("gpt2-plain")
        func refusal(_ name: String) -> String? {
            let path = bench.folder.appendingPathComponent(name).path
            let error = thrown(TacitError.self) {
                try Converter(ConversionOptions(base: bench.base.path, adapter: bench.adapter.path, output: path))
            }
            #expect(error?.kind == .cannotCreate && error?.file == path)
            return error?.reason
        }
        let song = bench.folder.appendingPathComponent("song.wav")
        try Data("RIFF....WAVE".utf8).write(to: song)
        #expect(refusal("song.wav")?.hasPrefix("is there and no model") == true)
        #expect(try Data(contentsOf: song) == Data("RIFF....WAVE".utf8))
        #expect(refusal("none/model.gguf") == "No such file or directory")
        #expect(refusal("base") == "is there and not a regular file")
        try bench.convert()
        try bench.convert()
    }

    @Test func anAdapterForAnotherBase() throws {
        let bench = try Workbench("gpt2-plain")
        let digest = String(repeating: "0", count: 64)
        try bench.edit("adapter/tacit.json") { $0["base"] = ["model.safetensors": digest] }
        #expect(
            bench.failure()?.line
                == "adapter/tacit.json: base.model.safetensors: the adapter was made over another base: "
                + "that file has another digest")
        // Stored otherwise, it can't be compared.
        try bench.edit("adapter/tacit.json") { $0["base"] = ["model-00001-of-00002.safetensors": digest] }
        #expect(bench.failure() == nil)

        func notes(_ name: String) throws -> [String] {
            try bench.edit("adapter/adapter_config.json") { $0["base_model_name_or_path"] = name }
            return try bench.convert().notes
        }
        #expect(
            try notes("owner/other") == ["the adapter says that it was made over owner/other, the base given is base"])
        #expect(try notes("owner/base").isEmpty)
        #expect(try notes("").isEmpty)
    }

    @Test func aBaseWithAnAdapterInside() throws {
        let bench = try Workbench("gpt2-plain")
        for name in ["adapter_config.json", "adapter_model.safetensors", "tacit.json", "tacit.safetensors"] {
            try FileManager.default.copyItem(
                at: bench.adapter.appendingPathComponent(name), to: bench.base.appendingPathComponent(name))
        }
        for withAdapter in [false, true] {
            #expect(
                bench.failure(withAdapter: withAdapter)?.line
                    == "base/adapter_config.json: the base's folder holds an adapter, which transformers would apply: "
                    + "name the folder as --adapter as well, or take the adapter out of it")
        }
        _ = try Converter(
            ConversionOptions(base: bench.base.path, adapter: bench.base.path + "/.", output: bench.output))
    }

    @Test func whatPeopleGiveInPlaceOfWhatIsWanted() throws {
        let files = FileManager.default
        var bench = try Workbench("gpt2-plain")
        try bench.write(
            "base/model.safetensors", Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8))
        #expect(
            bench.failure()?.line
                == "base/model.safetensors: stands in for the file itself (Git LFS): get that with git lfs pull")
        try files.moveItem(
            at: bench.base.appendingPathComponent("model.safetensors"),
            to: bench.base.appendingPathComponent("pytorch_model.bin"))
        #expect(
            bench.failure()?.line
                == "base/pytorch_model.bin: is no safetensors file: load it in Python and save it again "
                + "with save_pretrained")

        bench = try Workbench("gpt2-plain")
        let named = bench.adapter.appendingPathComponent("mine")
        try files.createDirectory(at: named, withIntermediateDirectories: true)
        for name in ["adapter_config.json", "adapter_model.safetensors"] {
            try files.moveItem(at: bench.adapter.appendingPathComponent(name), to: named.appendingPathComponent(name))
        }
        #expect(bench.failure()?.kind == .noInput)
        #expect(
            bench.failure()?.line
                == "adapter/adapter_config.json: is not there, but mine/adapter_config.json is: give that "
                + "folder, with tacit.json in it")

        let error = thrown(TacitError.self) {
            try Converter(ConversionOptions(base: "nobody/no-such-model", output: bench.output))
        }
        #expect(error?.kind == .noInput)
        #expect(
            error?.description
                == "nobody/no-such-model: No such file or directory (if that is a name on the Hugging Face "
                + "hub, fetch it with hf download and give the folder it prints)")
    }
}
