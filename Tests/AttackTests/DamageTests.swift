import Foundation
import TacitModelFile
import TacitTestSupport
import Testing

/// Files that were cut or of which a byte has changed: always noticed, never a crash.
@Suite struct DamageTests {
    private let model: ConvertedModel
    private let bytes: [UInt8]
    private let sound: String

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden, weights: "int8")
        bytes = Array(try Data(contentsOf: URL(fileURLWithPath: model.path)))
        sound = golden.path(of: golden.sounds[0])
    }

    @Test func cutModels() throws {
        let lengths = Array(stride(from: 0, to: bytes.count, by: 1024)) + [1, 7, 8, 23, 24, 25, bytes.count - 1]
        for length in lengths {
            let path = try model.folder.write("cut.gguf", bytes.prefix(length))
            for command in [["classify", path, sound], ["verify", path], ["show", path]] {
                let outcome = try Executable.tacit.run(command)
                #expect(outcome.status == 65, "\(command[0]) at \(length) bytes")
                #expect(outcome.output.isEmpty)
                #expect(outcome.errorLines.count == 1)
                #expect(outcome.standardError.hasPrefix("tacit: \(path): "))
            }
        }
    }

    /// Every byte of the header, and others evenly: in this process, as `verify` does it.
    @Test func everyFlippedByteIsNoticed() throws {
        let path = try model.folder.write("flipped.gguf", bytes)
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let header = EditableModel(bytes).bytes().dataStart
        var missed: [Int] = []
        for offset in Array(0..<header) + Array(stride(from: header, to: bytes.count, by: 29)) {
            for mask: UInt8 in offset < header ? [0x01, 0x80] : [0x40] {
                try handle.seek(toOffset: UInt64(offset))
                try handle.write(contentsOf: [bytes[offset] ^ mask])
                do {
                    try ModelFile(path: path).verify()
                    missed.append(offset)
                } catch {}
            }
            try handle.seek(toOffset: UInt64(offset))
            try handle.write(contentsOf: [bytes[offset]])
        }
        #expect(missed.isEmpty)
        try ModelFile(path: path).verify()
    }

    /// The same by the executables, fewer.
    @Test func flippedBytesCrashNothing() throws {
        let header = EditableModel(bytes).bytes().dataStart
        for offset in Array(stride(from: 0, to: header, by: 97)) + Array(stride(from: header, to: bytes.count, by: 797))
        {
            var flipped = bytes
            flipped[offset] ^= 0xff
            let path = try model.folder.write("flipped.gguf", flipped)
            let verified = try Executable.tacit.run(["verify", path])
            #expect(verified.status == 65, "byte \(offset)")
            #expect(verified.errorLines.count == 1)
            for command in [["classify", "--json", path, sound], ["show", "--json", path]] {
                let outcome = try Executable.tacit.run(command)
                #expect(outcome.status == 0 || outcome.status == 65, "\(command[0]) with byte \(offset) flipped")
                #expect(outcome.errorLines.count == (outcome.status == 0 ? 0 : 1))
            }
        }
    }
}
