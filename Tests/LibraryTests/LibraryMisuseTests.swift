import Tacit
import TacitTestSupport
import Testing

/// What a program does wrong with the library is told it, and what it then does right goes well.
@Suite struct LibraryMisuseTests {
    private let converted: ConvertedModel
    private let model: Model
    private let samples: [Float]

    init() throws {
        let golden = try GoldenCase(name: "gpt2-plain")
        converted = try ConvertedModel(golden)
        model = try Model(converted.path)
        samples = Sounds.glide(samples: 5 * golden.sampleRate).map { Float($0) / 32768 }
    }

    private func kind(_ body: () throws -> Void) -> TacitError.Kind? {
        do { try body() } catch { return (error as? TacitError)?.kind }
        return nil
    }

    /// It would be a label that nothing was learned of.
    @Test func noFilesAreNoExamples() throws {
        let teacher = try Teacher(model, labels: converted.folder.path("my.labels"))
        for purpose in [.label("bell"), .not("bell"), .background] as [Teacher.Purpose] {
            #expect(kind { try teacher.teach(purpose, files: []) } == .usage)
        }
        #expect(try teacher.taught().isEmpty)
    }

    @Test(arguments: [Double.nan, -1])
    func waitsAndRatesOfDevices(number: Double) throws {
        let hearing: [Listener.Source] = [.microphone("none", wait: number), .microphone("none", waitLost: number)]
        for source in hearing { #expect(kind { try Listener(model, source).run { _ in } } == .usage) }
        let golden = try GoldenImages(name: "gpt2-grey")
        let other = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let seeing = try Model(other.path)
        for source in [
            .camera("/dev/null", rate: number), .camera("/dev/null", wait: number),
            .camera("/dev/null", waitLost: number),
        ] as [Watcher.Source] {
            #expect(kind { try Watcher(seeing, source).run { _ in } } == .usage)
        }
        // For ever, once it is there.
        #expect(
            kind { try Listener(model, .microphone("none", waitLost: .infinity)).run { _ in } } == .deviceUnavailable)
    }

    @Test func whatAClosureThrowsIsToldOnce() throws {
        struct Refusal: Error {}
        let stream = try SoundStream(model)
        var told = 0
        #expect(throws: Refusal.self) { try stream.push(samples) { _ in throw Refusal() } }
        try stream.push(samples) { _ in told += 1 }
        #expect(told > 0)
        #expect(throws: Refusal.self) { try stream.skip(samples: 1) { _ in throw Refusal() } }
        try stream.finish { _ in }
    }

    /// It would wait for itself, or lose what it has not come to yet.
    @Test func aStreamIsNotCalledByItsOwnClosure() throws {
        let stream = try SoundStream(model)
        let calls: [() throws -> Void] = [
            { try stream.push([0]) { _ in } }, { try stream.skip(samples: 1) { _ in } }, { try stream.finish { _ in } },
        ]
        for call in calls { #expect(kind { try stream.push(samples) { _ in try call() } } == .usage) }
        // Nothing of it was done.
        var (labels, gaps) = (0, 0)
        try stream.push(samples) { update in
            if case .labels = update { labels += 1 }
            if case .gap = update { gaps += 1 }
        }
        #expect(labels > 0 && gaps == 0)
    }
}
