import Foundation
import TacitSinks
import TacitTestSupport
import Testing

/// One file, two writers: no line within another.
@Suite struct SharedFileTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("lines.jsonl")
    }

    private func write(_ text: String, _ drain: any OutputDrain) throws -> Int {
        try Array(text.utf8).withUnsafeBytes { try drain.write($0) }
    }

    private var content: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    @Test func aLineThatIsBegunIsEndedFirst() throws {
        let one = try SharedFileDrain(path: path, rotation: Rotation())
        let other = try SharedFileDrain(path: path, rotation: Rotation())
        #expect(try write("{\"a\":", one) == 5)
        #expect(try write("{}\n", other) == 0)
        #expect(try write("1}\n", one) == 3)
        #expect(try write("{}\n", other) == 3)
        #expect(content == "{\"a\":1}\n{}\n")
    }

    @Test func aLineThatIsLeftIsEndedByTheNext() throws {
        let other = try SharedFileDrain(path: path, rotation: Rotation())
        do {
            let one = try SharedFileDrain(path: path, rotation: Rotation())
            #expect(try write("{\"a\":", one) == 5)
        }
        #expect(try write("{}\n", other) == 3)
        #expect(content == "{\"a\":\n{}\n")
    }

    @Test func rotationIsOfBothTogether() throws {
        var rotation = Rotation()
        rotation.bytes = 10
        let one = try SharedFileDrain(path: path, rotation: rotation)
        let other = try SharedFileDrain(path: path, rotation: rotation)
        for _ in 0..<4 {
            #expect(try write("12345\n", one) == 6)
            #expect(try write("abcde\n", other) == 6)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path(""))
        let all = try files.map { try String(contentsOfFile: folder.path($0), encoding: .utf8) }
        #expect(all.count == 8 && all.allSatisfy { $0.utf8.count == 6 })
    }
}
