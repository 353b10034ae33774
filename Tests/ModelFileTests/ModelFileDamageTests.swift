import Foundation
import TacitDiagnostics
import TacitModelFile
import TacitTestSupport
import Testing

@Suite struct ModelFileDamageTests {
    private let folder: TemporaryFolder
    private let path: String
    private let bytes: [UInt8]

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("model.gguf")
        try SmallModel.gpt2.write(to: path)
        bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private func open(_ bytes: some Sequence<UInt8>) throws -> ModelFile {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try ModelFile(path: path)
    }

    /// The file with the first occurrence of `old` replaced.
    private func edited(_ old: String, _ new: String) -> [UInt8] {
        guard let range = bytes.firstRange(of: Array(old.utf8)) else { return [] }
        return bytes[..<range.lowerBound] + Array(new.utf8) + bytes[range.upperBound...]
    }

    @Test func everyFlippedByteIsNoticed() throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        for offset in bytes.indices {
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [bytes[offset] ^ (offset % 2 == 0 ? 0x01 : 0x80)])
            let line = failure { try ModelFile(path: path).verify() }
            #expect(line?.hasPrefix(path) == true, "byte \(offset)")
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [bytes[offset]])
        }
        try ModelFile(path: path).verify()
    }

    @Test func everyCutIsNoticedAtOpening() throws {
        for length in bytes.indices.reversed() {
            try #require(truncate(path, off_t(length)) == 0)
            #expect(failure { _ = try ModelFile(path: path) } != nil, "\(length) bytes")
        }
    }

    @Test func aLongerFileIsRefused() {
        let line = failure { _ = try open(bytes + [0]) }
        #expect(line?.hasSuffix("the file is \(bytes.count + 1) bytes long, expected \(bytes.count)") == true)
    }

    @Test func wildNumbersNeverTrap() throws {
        var numbers = RandomNumbers(seed: 7)
        let extremes: [UInt64] = [0, 1, .max, 1 << 63, 1 << 62, 1 << 32, 0x7fff_ffff, 1 << 40]
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        for offset in 0..<min(bytes.count - 8, 8192) {
            let value = extremes[numbers.integer(below: extremes.count)]
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: withUnsafeBytes(of: value) { Array($0) })
            _ = failure { try ModelFile(path: path).verify() }
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: bytes[offset..<offset + 8])
        }
    }

    @Test(arguments: [
        ("tacit.pool", "tacit.task", "metadata key tacit.task occurs twice"),
        ("tacit.pool", "tacit.pxxl", "tacit.pool: metadata key is missing"),
        ("tacit.pool", "tacit.po\u{7f}l", "tacit.pool: metadata key is missing"),
        ("final_norm.bias", "final_norm.beta", "final_norm.beta: expected the tensor final_norm.bias here"),
        ("final_norm.bias", "final_norm.weig", "final_norm.weig: expected the tensor final_norm.bias here"),
        ("gelu_tanh", "gelu_fast", "tacit.trunk.activation: gelu_fast is not one of gelu_tanh, silu, gelu, relu"),
        ("sha256", "sha512", "tacit.digest.algorithm: expected sha256"),
        ("tacit\u{11}", "tacid\u{11}", "general.architecture: expected tacit, found tacid"),
    ])
    func editedNamesAreRefused(old: String, new: String, reason: String) throws {
        let edited = edited(old, new)
        #expect(edited.count == bytes.count)
        let line = failure { _ = try open(edited) }
        #expect(line?.hasSuffix(reason) == true, "\(line ?? "no error")")
    }

    @Test func whatIsNoFileIsNoInput() throws {
        for path in [folder.path, folder.path("absent.gguf"), "/dev/null"] {
            #expect { _ = try ModelFile(path: path) } throws: { ($0 as? TacitError)?.kind == .noInput }
        }
        let fifo = folder.path("fifo.gguf")
        #expect(mkfifo(fifo, 0o600) == 0)
        #expect(failure { _ = try ModelFile(path: fifo) } == "\(fifo): not a regular file")
    }

    /// Of 16 bits as of 32: numbers are finite, and only what is never quantized may be stored so.
    @Test func brokenHalvesBehindGoodDigestsAreFound() throws {
        var model = SmallModel.llama
        model.outside = .float16
        let shape = try #require(model.description.matrices.first { !$0.isTrunk })
        var bytes: [UInt8] = []
        for infinite in [false, true] {
            let weights = [Float](repeating: infinite ? 0.75 : 0.5, count: shape.rows * shape.columns)
            let packed = try #require(
                MatrixPacker.float16(
                    weights, rows: shape.rows, columns: shape.columns, bias: nil))
            let view = packed.panels.map { infinite ? $0 | 0x7c : $0 }
            bytes = view
            let fault = bytes.withUnsafeBytes { raw in
                Float16Panels().fault(
                    in: MatrixView(
                        rows: shape.rows, columns: shape.columns, encoding: .float16, panels: raw, scales: nil,
                        sums: nil, bias: nil))
            }
            #expect((fault?.reason == "holds a number that is not finite") == infinite)
        }
        model.encoding = .float16
        #expect(failure { try model.write(to: path) }?.contains("must be stored as 32-bit floats or quantized") == true)
    }

    @Test func brokenRulesBehindGoodDigestsAreFound() throws {
        var model = SmallModel.gpt2
        model.encoding = .float32
        let writer = try ModelFileWriter(
            path: path, description: model.description, provenance: model.provenance, formats: model.formats())
        for part in model.description.parts {
            switch part {
            case .vector(let name, let shape):
                var values = [Float](repeating: 0, count: shape.reduce(1, *))
                if name == "final_norm.bias" { values[1] = .nan }
                try writer.write(vector: name, values)
            case .matrix(let shape):
                try writer.write(
                    matrix: shape.name,
                    MatrixPacker.float32(
                        [Float](repeating: 0, count: shape.rows * shape.columns), rows: shape.rows,
                        columns: shape.columns, bias: [Float](repeating: 0, count: shape.rows)))
            }
        }
        try writer.finish()
        let file = try ModelFile(path: path)
        #expect(failure { try file.verify() } == "\(path): final_norm.bias: holds a number that is not finite")
    }
}
