import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLive
import TacitRecording
import TacitSinks

/// A stream that is made and has not begun: all of it but where its labels go.
struct OpenedStream {
    let stream: LiveStream
    let description: StreamDescription
    /// Records it; nil where nothing does.
    var recorder: Recorder?
    /// To be called when it is over and was no error: says what there is to say of it.
    let conclude: () throws -> Void

    /// Runs it to its end, and what records it.
    func run(_ sink: any Sink) throws {
        guard let recorder else { return try stream.run(sink) }
        try recorder.run { try TacitError.advising { try stream.run(sink) } }
    }
}

/// A model and what makes events of its readings, before there is anything to read from.
protocol StreamParts {
    /// Opens the source.
    ///
    /// - Parameter program: that it is, where it is one.
    /// - Throws: `TacitError`, of every kind that a source may have; `Process.Stopped`.
    func open(_ program: CommandSource?) throws -> OpenedStream
}

/// What `listen` and `watch` are told, as far as others make streams of it as well.
protocol StreamOptions {
    var output: OutputOptions { get }
    var learned: LearnedLabelsOption { get }
    var labels: LabelOptions { get }
    var events: EventOptions { get }
    var engine: EngineOptions { get }
    var naming: NameOption { get }
    var sinks: SinkOptions<SinksInUse> { get }
    /// The program that is the source, to be started later.
    ///
    /// - Parameter name: what the log calls it; nil for its own name.
    func program(_ name: String?) throws -> CommandSource?
    /// Loads the model and makes what reads it.
    ///
    /// - Parameters:
    ///   - path: of the model; nil for what there is by default.
    ///   - mayWrite: whether a file of learned labels that people will fill is made, where it is not there.
    func parts(_ path: String?, _ terms: StreamTerms, isTaught: Bool, mayWrite: Bool) throws -> any StreamParts
}

extension StreamOptions {
    /// The whole of a command: one stream, from its options to its end.
    ///
    /// - Parameters:
    ///   - model: the path of its model; nil for what there is by default.
    ///   - recording: where it is recorded to, if it is.
    func runAlone(_ model: String?, recording: RecordingWish? = nil) throws {
        var terms = StreamTerms()
        terms.recording = recording
        try events.settings().validate()
        let program = try program(nil)
        defer { program?.endAndTell() }
        let parts = try parts(model, terms, isTaught: sinks.settings.takesCorrections, mayWrite: true)
        let opened = try parts.open(program)
        let sink: Tee
        do {
            sink = try SinkTable.open(sinks.requests, sinks.settings, opened.description)
        } catch {
            opened.recorder?.abandon()
            throw error
        }
        Process.stopInOrder()
        Process.hasStarted()
        try opened.run(sink)
        try opened.conclude()
    }
}
