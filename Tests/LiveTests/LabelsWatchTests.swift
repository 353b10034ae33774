import Foundation
import Synchronization
import TacitLearning
import TacitLive
import TacitTestSupport
import Testing

/// A file of labels that others change is followed where its changes are made.
@Suite(.enabled(if: TestPaths.hasModel("sound.gguf"), "models/ is empty")) struct LabelsWatchTests {
    private let folder: TemporaryFolder
    private let base: TaughtBase
    private let modelPath = TestPaths.package.appendingPathComponent("models/sound.gguf").path

    init() throws {
        folder = try TemporaryFolder()
        base = try LoadedModel(path: modelPath).base
    }

    /// Whether this process is told by the system what happens in a folder.
    private func isWatched(_ path: String) throws -> Bool {
        var status = stat()
        try #require(stat(path, &status) == 0)
        let mark = " ino:\(String(status.st_ino, radix: 16)) "
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")
        return descriptors.contains { descriptor in
            // Another test may have closed it meanwhile.
            let text = (try? String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").contains {
                $0.hasPrefix("inotify ") && $0.contains(mark)
            }
        }
    }

    /// What is written to a link lands where it leads, which may be another folder.
    @Test func aLinkIntoAnotherFolder() throws {
        let target = try folder.write("real/my.labels", [])
        let file = try folder.write("links/my.labels", [])
        var labels = LearnedLabels(try LoadedModel(path: modelPath).identity)
        let row = [1] + [Float](repeating: 0, count: labels.model.width - 1)
        try labels.learn("bell", [Example(rows: row, clip: nil)], base)
        try LabelsFile.write(labels, to: target)
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: "../real/my.labels")

        let came = News()
        let watch = LabelsWatch.begin(try LoadedModel(path: modelPath, labels: file), file: file) { news in
            if case .inForce(let names, _) = news { came.add(names) }
        }
        for path in ["real", "links"] { #expect(try waitUntil { try isWatched(folder.path(path)) }, "\(path)") }
        try labels.learn("horn", [Example(rows: row.reversed(), clip: nil)], base)
        try LabelsFile.write(labels, to: file)
        #expect(waitUntil { came.names == ["horn"] })
        withExtendedLifetime(watch) {}
    }

    private final class News: Sendable {
        private let all = Mutex<[String]>([])
        var names: [String] { all.withLock { $0 } }
        func add(_ names: [String]) { all.withLock { $0 += names } }
    }
}
