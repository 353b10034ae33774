import Foundation
import TacitTestSupport
import Testing

/// A folder of clips with things in it, and on a disk, that no program like this one has made.
@Suite struct ClipFolderTests {
    private let listening: EventfulListening
    private var clips: String { listening.folder.path("clips") }

    init() throws { listening = try EventfulListening() }

    private func run(
        _ folder: String, _ more: [String], environment: [String: String] = [:]
    ) throws -> (outcome: Executable.Outcome, told: Set<String>) {
        let outcome = try listening.run(
            ["--to", "clips:\(folder)", "--to", "stdout", "--clip-before", "0.1", "--clip-after", "0"] + more,
            environment: environment)
        #expect(outcome.status == 0, "\(outcome.standardError)")
        let names = outcome.outputLines.compactMap {
            $0.firstMatch(of: /"clip":"([^"]+)"/).map { String($0.output.1) }
        }
        return (outcome, Set(names))
    }

    private func sounds(_ folder: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".flac") })
    }

    /// A clock that is behind those that were there before, as a board's that was without power, or that was ahead once: what
    /// is made now is the newest all the same.
    @Test func whatIsDatedInTheFutureMakesWay() throws {
        for second in 0..<3 {
            for suffix in ["flac", "json"] {
                try listening.folder.write("clips/20991231T00000\(second).000Z-dog-00000001-\(second).\(suffix)", [])
            }
        }
        let (_, told) = try run(clips, ["--clip-count", "3", "--clip-reserve", "0"])
        let kept = try sounds(clips)
        #expect(told.count > 3)
        #expect(kept.count == 3 && kept.isSubset(of: told), "\(kept)")
    }

    /// Of a clock that stands before 1970, what is made now is no older than now.
    @Test func aClockBeforeAllClocks() throws {
        let shift = try withUnsafeBytes(of: Int64(-2_500_000_000)) { try listening.folder.write("shift", Array($0)) }
        let (_, told) = try run(
            clips, ["--clip-reserve", "0"],
            environment: ["LD_PRELOAD": try PreloadedLibrary.clock.path, "CLOCK_SHIFT": shift])
        #expect(try !told.isEmpty && sounds(clips) == told)
        #expect(told.allSatisfy { $0.hasPrefix("19") }, "\(told)")
    }

    @Test func aDiskWithoutEnd() throws {
        let (outcome, told) = try run(
            clips, [], environment: ["LD_PRELOAD": try PreloadedLibrary.endlessDisk.path])
        #expect(outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(try !told.isEmpty && sounds(clips) == told)
    }

    /// Holes count, and there may be more of them than there are numbers.
    @Test func filesThatAreLargerTogetherThanNumbersAre() throws {
        let folder = "/dev/shm/tacit-clips-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for number in 0..<3 {
            let path = "\(folder)/20260131T00000\(number).000Z-dog-00000001-\(number).flac"
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // Elsewhere than in memory files have other bounds, and nothing is to be seen.
            guard truncate(path, 7 << 60) == 0 else { return }
        }
        let (outcome, told) = try run(folder, ["--clip-bytes", "100M", "--clip-reserve", "0"])
        #expect(outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(try !told.isEmpty && sounds(folder) == told)
    }
}
