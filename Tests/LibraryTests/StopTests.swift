import Foundation
import Tacit
import TacitTestSupport
import Testing

/// A wish to stop is heard wherever a stream may be waiting.
@Suite struct StopTests {
    private final class Pictures: @unchecked Sendable {
        var watcher: Watcher?
        var count = 0
    }

    private let seeing: ConvertedModel

    init() throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        seeing = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
    }

    @Test func betweenPicturesThatAreNotDue() throws {
        let pictures = Pictures()
        let picture = try Picture(width: 1, height: 1, channels: 1, pixels: [7])
        let source = Watcher.Source.pictures(rate: 1) {
            {
                pictures.count += 1
                if pictures.count == 10 { pictures.watcher?.stop() }
                return pictures.count < 1000 ? picture : nil
            }
        }
        var settings = StreamSettings()
        settings.every = 3600
        let watcher = try Watcher(Model(seeing.path), source, settings: settings)
        pictures.watcher = watcher
        try watcher.run { _ in }
        #expect(pictures.count == 10)
    }

    /// It is opened, and never written to.
    @Test func beforeAnybodyWritesToAPipe() async throws {
        let pipe = seeing.folder.path("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let hearing = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        let listener = try Listener(Model(hearing.path), .file(pipe))
        let watcher = try Watcher(Model(seeing.path), .motionJPEG(pipe))
        let heard = Task { for try await _ in listener.updates {} }
        let seen = Task { for try await _ in watcher.updates {} }
        listener.stop()
        watcher.stop()
        try await heard.value
        try await seen.value
    }
}
