import TacitConsole
import TacitDiagnostics
import TacitLive

/// Where `classify` and `embed` tell what they found.
protocol ClassifyOutput: AnyObject {
    /// A file is about to be read, the `number`th of `count`.
    func begin(_ path: String, number: Int, of count: Int) throws
    /// The file's result, or one window's.
    func result(_ path: String, _ reading: FileReading) throws
    /// The file could not be read.
    func failure(_ error: TacitError) throws
    /// All files are done.
    func finish() throws
}

extension ClassifyOutput {
    func begin(_ path: String, number: Int, of count: Int) {}
    func failure(_ error: TacitError) throws { StandardError.line(error.description) }
    func finish() {}
}
