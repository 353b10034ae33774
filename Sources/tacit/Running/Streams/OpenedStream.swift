import TacitConsole
import TacitDevices
import TacitDiagnostics
import TacitLive
import TacitSinks

/// A stream that is made and has not begun: all of it but where its labels go.
struct OpenedStream {
    let stream: LiveStream
    let description: StreamDescription
    /// To be called when it is over and was no error: says what there is to say of it.
    let conclude: () throws -> Void
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
    var sinks: SinkOptions { get }
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
    func runAlone(_ model: String?) throws {
        try events.settings().validate()
        let program = try program(nil)
        defer { program?.endAndTell() }
        let parts = try parts(model, StreamTerms(), isTaught: sinks.takesCorrections, mayWrite: true)
        let opened = try parts.open(program)
        let sink = try SinkTable.open(sinks.wishes, sinks.settings, opened.description)
        Process.stopInOrder()
        Process.hasStarted()
        try opened.stream.run(sink)
        try opened.conclude()
    }
}
