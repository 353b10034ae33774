import Tacit
import TacitTestSupport
import Testing

/// What a program does wrong with the library is told it, and what it then does right goes well.
@Suite struct MisuseTests {
    private let converted: ConvertedModel
    private let model: Model

    init() throws {
        converted = try ConvertedModel(GoldenCase(name: "gpt2-plain"))
        model = try Model(converted.path)
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
}
