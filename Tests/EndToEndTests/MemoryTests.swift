import Foundation
import TacitTestSupport
import Testing

/// What `show` says of memory, against what the kernel says of a running program.
@Suite struct MemoryTests {
    /// One line of a process's maps with what stands below it.
    private struct Mapping {
        let bytes: Int
        let permissions: String
        let path: String
        var residentBytes = 0
        var privateDirtyBytes = 0
    }

    private static func mappings(of process: pid_t) throws -> [Mapping] {
        // By hand: a file of /proc has no length, and is handed out a page at a time.
        let file = try #require(fopen("/proc/\(process)/smaps", "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var byte = fgetc(file)
        while byte >= 0 {
            bytes.append(UInt8(byte))
            byte = fgetc(file)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        var mappings: [Mapping] = []
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            if let range = fields.first, !range.hasSuffix(":") {
                let ends = range.split(separator: "-").compactMap { Int($0, radix: 16) }
                guard ends.count == 2 else { continue }
                mappings.append(
                    Mapping(
                        bytes: ends[1] - ends[0], permissions: String(fields[1]),
                        path: fields.count > 5 ? fields[5].trimmingCharacters(in: .whitespaces) : ""))
            } else if fields.count > 1, let value = Int(fields[1]), !mappings.isEmpty {
                switch fields[0] {
                case "Rss:": mappings[mappings.count - 1].residentBytes = value * 1024
                case "Private_Dirty:": mappings[mappings.count - 1].privateDirtyBytes = value * 1024
                default: break
                }
            }
        }
        return mappings
    }

    @Test(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty"))
    func whatIsNeededToRun() throws {
        let model = TestPaths.package.appendingPathComponent("models/sound.gguf").path
        let shown = try #require(
            try JSONSerialization.jsonObject(with: Data(Executable.tacit.run(["show", "--json", model]).output))
                as? [String: Any])
        let fileBytes = try #require(shown["file_bytes"] as? Int)
        let sessionBytes = try #require(shown["session_bytes"] as? Int)

        // More lines than a pipe holds: once some have been read the program stands still, with all its buffers.
        let folder = try TemporaryFolder()
        let sound = try folder.write("glide.wav", WaveFile.bytes(Sounds.glide(samples: 120 * 16_000), rate: 16_000))
        let run = try LiveRun(.tacit, ["listen", model, "--input", sound, "--json", "--top", "0", "--logits"])
        for _ in 0..<3 { #expect(run.readLine() != nil) }
        let mappings = try Self.mappings(of: run.processIdentifier)

        // The weights: one copy, read-only, in memory once and as long as the file; no map of the file is left.
        #expect(!mappings.contains { $0.path.hasSuffix("/models/sound.gguf") })
        let copies = mappings.filter { $0.path.isEmpty && $0.permissions == "r--p" && $0.bytes >= fileBytes }
        let copy = try #require(copies.first)
        #expect(copies.count == 1)
        #expect(copy.bytes - fileBytes < 65_536)
        #expect(copy.residentBytes >= fileBytes)

        // The buffers: memory of its own in one piece, and not much else (stacks, the heap).
        let own = mappings.filter { $0.path.isEmpty && $0.permissions == "rw-p" }
        #expect(own.contains { $0.bytes >= sessionBytes })
        let dirty = own.reduce(0) { $0 + $1.privateDirtyBytes }
        #expect(dirty > sessionBytes / 2 && dirty < sessionBytes + 2_000_000, "\(dirty), session \(sessionBytes)")
    }
}
