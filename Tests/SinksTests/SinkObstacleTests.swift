import Foundation
import TacitDiagnostics
import TacitSinks
import TacitTestSupport
import Testing

/// What keeps a sink from being had, as its files show it.
@Suite struct SinkObstacleTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try folder.write("file", [])
        try folder.write("full/file", [])
        for (name, target) in [("lost", "nowhere"), ("beyond", "nowhere/lines"), ("new", "lines"), ("loop", "loop")] {
            try FileManager.default.createSymbolicLink(atPath: folder.path(name), withDestinationPath: target)
        }
    }

    private func obstacle(_ text: String, _ settings: SinkSettings = SinkSettings()) throws -> String? {
        try SinkTable.parse([text])[0].obstacle(settings)?.description
    }

    @Test(arguments: [
        ("jsonl:", "file", nil), ("jsonl:", "lines", nil), ("jsonl:", "new", nil), ("jsonl:", "full/lines", nil),
        ("jsonl:", "full", "Is a directory"), ("jsonl:", "lines/", "Is a directory"),
        ("jsonl:", "file/lines", "Not a directory"), ("jsonl:", "none/lines", "No such file or directory"),
        ("jsonl:", "beyond", "No such file or directory"), ("jsonl:", "loop", "Too many levels of symbolic links"),
        ("clips:", "full", nil), ("clips:", "clips", nil), ("clips:", "clips//", nil), ("clips:", "full/clips", nil),
        ("clips:", "file", "Not a directory"), ("clips:", "file/clips", "Not a directory"),
        ("clips:", "none/clips", "No such file or directory"), ("clips:", "lost", "No such file or directory"),
        ("clips:", "loop", "Too many levels of symbolic links"),
    ])
    func ofTheDisk(kind: String, name: String, reason: String?) throws {
        let path = "\(folder.path(""))/\(name)"
        #expect(try obstacle(kind + path) == reason.map { "\(path): \($0)" })
        // Nothing was made.
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("")).sorted() == [
                "beyond", "file", "full", "loop", "lost", "new",
            ])
    }

    @Test func ofWhatIsReadFirst() throws {
        let absent = folder.path("none")
        let fields: [WritableKeyPath<SinkSettings, String?>] = [
            \.mqtt.passwordFile, \.mqtt.authorityFile, \.mqtt.certificateFile, \.mqtt.keyFile,
        ]
        for field in fields {
            var settings = SinkSettings()
            settings[keyPath: field] = absent
            #expect(try obstacle("mqtts://me@a", settings) == "\(absent): No such file or directory")
            settings[keyPath: field] = folder.path("file")
            #expect(try obstacle("mqtts://me@a", settings) == nil)
        }
        var settings = SinkSettings()
        settings.page.tokenFile = absent
        #expect(try obstacle("http://127.0.0.1:80", settings) == "\(absent): No such file or directory")
    }
}
