import TacitDiagnostics
import TacitModelFile
import TacitTestSupport
import Testing

/// What a model takes the place of.
@Suite struct FormerFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func refusal(_ name: String, _ bytes: [UInt8]) throws -> String? {
        let path = try folder.write(name, bytes)
        let error = thrown(TacitError.self) { try FormerFile.refuseForeign(path) }
        #expect(error == nil || error?.kind == .cannotCreate && error?.file == path)
        return error?.reason
    }

    /// The start of a header whose first pair is a text.
    private func header(_ key: String, _ value: String) -> [UInt8] {
        func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + [UInt8](repeating: 0, count: 7) + text.utf8 }
        return Array("GGUF".utf8) + [3, 0, 0, 0] + [UInt8](repeating: 0, count: 16) + text(key) + [8, 0, 0, 0]
            + text(value)
    }

    @Test func onlyAModelOfOnesOwn() throws {
        for name in ["song.wav", "notes", "a.ggu"] {
            #expect(try refusal(name, Array("RIFF".utf8))?.hasPrefix("is there and no model") == true)
            #expect(try refusal(name, []) == nil)
            #expect(try refusal(name, header("general.architecture", "tacit")) == nil)
        }
        let other = header("general.architecture", "llama")
        #expect(try refusal("a.gguf", other)?.contains("another program's (llama)") == true)
        // What is cut, has another order, or came half over a network.
        for bytes in [
            Array(other.dropLast()), Array(other.prefix(30)), header("general.name", "llama"), [0x47], [0x3c],
        ] {
            #expect(try refusal("a.GGUF", bytes) == nil)
        }
        for path in [folder.path, folder.path("none"), "/dev/null"] { try FormerFile.refuseForeign(path) }
    }
}
