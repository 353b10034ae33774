import Foundation
import TacitDiagnostics
import Testing

/// What the safetensors format forbids, and numbers made to overflow.
@Suite struct HostileSafetensorsTests {
    private static let path = "base/model.safetensors"

    private func line(_ header: String, _ data: Int = 16, prefix: UInt64? = nil) throws -> String? {
        let bench = try Workbench("gpt2-plain")
        let text = Data(header.utf8)
        var file = Workbench.safetensors(text, Data(count: data))
        if let prefix { file.replaceSubrange(0..<8, with: withUnsafeBytes(of: prefix.littleEndian) { Data($0) }) }
        try bench.write(Self.path, file)
        let failure = bench.failure(withAdapter: false)
        #expect(failure?.kind == .badData)
        return failure.map { String($0.line.dropFirst(Self.path.count + 2)) }
    }

    @Test func lengths() throws {
        #expect(try line("{}", 0, prefix: 3) == "byte 0: header of 3 bytes in a file of 10")
        #expect(try line("{}", 0, prefix: .max) == "byte 0: header of 18446744073709551615 bytes in a file of 10")
        #expect(try line("{}", 0, prefix: 1 << 63) == "byte 0: header of 9223372036854775808 bytes in a file of 10")
        #expect(try line("{}", 16) == "byte 10: 16 bytes belong to no tensor")
        #expect(try line("[]", 0) == "header: expected an object")
        let bench = try Workbench("gpt2-plain")
        try bench.write(Self.path, Data([1, 2, 3]))
        #expect(bench.failure()?.line == "base/model.safetensors: byte 3: too short for a safetensors file")
    }

    @Test func offsets() throws {
        func one(_ shape: String, _ offsets: String, type: String = "F32") -> String {
            #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
        }
        #expect(try line(one("[4]", "[0,20]")) == "a: data_offsets lie outside the file")
        #expect(try line(one("[4]", "[8,0]")) == "a: data_offsets lie outside the file")
        #expect(try line(one("[4]", "[0]")) == "a: data_offsets lie outside the file")
        #expect(try line(one("[4]", "[-4,12]")) == "a: data_offsets: expected integers of at least 0")
        #expect(try line(one("[4]", "[0,1e1]")) == "a: data_offsets: expected integers of at least 0")
        #expect(
            try line(one("[4]", "[0,99999999999999999999]")) == "a: data_offsets: expected integers of at least 0")
        #expect(try line(one("[3]", "[0,16]")) == "a: shape [3] takes 12 bytes, data_offsets give 16")
        #expect(try line(one("[4294967296,4294967296]", "[0,16]")) == "a: the shape overflows")
        #expect(try line(one("[9223372036854775807]", "[0,16]")) == "a: the shape overflows")
        #expect(
            try line(one("[1,1,1,1,1,1,1,1,4]", "[0,16]")) == "a: shape: expected an array of at most 8 integers")
        #expect(try line(one("[4]", "[0,16]", type: "F8_E4M3")) == "a: unsupported dtype \"F8_E4M3\"")
        #expect(try line(#"{"a":{"dtype":"F32","shape":[4]}}"#) == "a: expected dtype, shape and data_offsets")
        #expect(try line(#"{"a":7}"#) == "a: expected dtype, shape and data_offsets")
    }

    @Test func coverage() throws {
        func two(_ first: String, _ second: String) -> String {
            #"{"a":{"dtype":"U8","shape":[8],"data_offsets":\#(first)},"b":{"dtype":"U8","shape":[8],"data_offsets":\#(second)}}"#
        }
        #expect(try line(two("[0,8]", "[7,15]")) == "b: the tensor's data overlaps another")
        #expect(try line(two("[0,8]", "[0,8]"))?.hasSuffix("the tensor's data overlaps another") == true)
        #expect(try line(two("[0,8]", "[8,16]"), 17)?.hasSuffix(": 1 bytes belong to no tensor") == true)
        #expect(try line(two("[1,9]", "[9,17]"), 17) == "a: the tensor's data leaves a hole before it")
        #expect(try line(two("[0,8]", "[9,17]"), 17) == "b: the tensor's data leaves a hole before it")
    }

    @Test func numbersThatAreNotFinite() throws {
        for bits: UInt32 in [0x7fc0_0000, 0x7f80_0000, 0xff80_0000] {
            let bench = try Workbench("gpt2-plain")
            try bench.edit(tensors: Self.path) { header, data in
                let offsets = (header["h.0.ln_1.weight"] as? [String: Any])?["data_offsets"] as? [Int] ?? [0, 0]
                let start = data.startIndex + offsets[0]
                data.replaceSubrange(start..<start + 4, with: withUnsafeBytes(of: bits) { Data($0) })
            }
            #expect(
                bench.failure()?.line
                    == "base/model.safetensors: h.0.ln_1.weight: holds a number that is not finite")
        }
    }

    @Test func integersAreNoWeights() throws {
        let bench = try Workbench("gpt2-plain")
        try bench.edit(tensors: Self.path) { header, _ in
            var fields = header["h.0.ln_1.weight"] as? [String: Any] ?? [:]
            fields["dtype"] = "I32"
            header["h.0.ln_1.weight"] = fields
        }
        #expect(
            bench.failure()?.line
                == "base/model.safetensors: h.0.ln_1.weight: dtype I32 is not one of F64, F32, F16, BF16")
    }

    @Test func everyCutIsRefused() throws {
        let bench = try Workbench("llama-plain")
        for path in ["base/model.safetensors", "adapter/adapter_model.safetensors", "adapter/tacit.safetensors"] {
            let whole = try bench.read(path)
            for length in stride(from: 0, to: whole.count, by: 331) {
                try bench.write(path, whole.prefix(length))
                let failure = bench.failure()
                #expect(failure?.kind == .badData, "\(path) cut to \(length) bytes")
                #expect(failure?.line.hasPrefix(path) == true)
            }
            try bench.write(path, whole)
        }
        try bench.convert()
    }
}
