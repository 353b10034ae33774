import Foundation
import TacitDiagnostics
import TacitSinks
import TacitTestSupport
import Testing

/// One file by several names, and who waits until what can't be written can.
@Suite(.serialized) struct SharedFileSpellingTests {
    private func write(_ text: String, _ drain: any OutputDrain) throws -> Int {
        try Array(text.utf8).withUnsafeBytes { try drain.write($0) }
    }

    @Test func everySpellingIsTheSameFile() throws {
        let folder = try TemporaryFolder()
        try folder.write("in/x", [])
        let link = folder.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path("in"))
        let one = try SharedFileDrain(path: folder.path("in/a.jsonl"), rotation: Rotation())
        #expect(try write("{\"a\":", one) == 5)
        let file = folder.path("file")
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "link/a.jsonl")
        for spelling in ["\(link)/a.jsonl", "\(folder.path)/in/../in//a.jsonl", file] {
            // The line that is begun is ended first.
            let other = try SharedFileDrain(path: spelling, rotation: Rotation())
            #expect(try write("{}\n", other) == 0)
        }
        #expect(try write("1}\n", one) == 3)
        let another = try SharedFileDrain(path: folder.path("in/b.jsonl"), rotation: Rotation())
        #expect(try write("{}\n", another) == 3)
    }

    @Test func oneThatTriesAgainIsEnough() throws {
        let file = try SharedFileDrain(path: "/dev/full", rotation: Rotation(), triesAgain: false)
        #expect(throws: TacitError.self) { _ = try write("{}\n", file) }
        do {
            let device = try SharedFileDrain(path: "/dev/full", rotation: Rotation(), triesAgain: true)
            #expect(try write("{}\n", file) == 0)
            #expect(try write("{}\n", device) == 0)
        }
        #expect(throws: TacitError.self) { _ = try write("{}\n", file) }
    }
}
