import TacitDiagnostics
import TacitMedia

/// What is made of the bytes of a command, run after run.
protocol CommandIntake: AnyObject, Sendable {
    /// Takes what one run delivers, until there is no more or it is called off. Nothing of the run before is left over:
    /// half a sample or half a frame is dropped.
    ///
    /// - Parameters:
    ///   - stream: the run's bytes.
    ///   - delivered: called whenever something whole has come.
    /// - Throws: `TacitError`: bad data for what can't be read, I/O error.
    func take(_ stream: ByteStream, _ delivered: () -> Void) throws
}
