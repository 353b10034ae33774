import TacitConsole
import TacitDiagnostics

/// Where lines end up: what a queue empties into.
package protocol OutputDrain: Sendable {
    /// For people.
    var name: String { get }
    /// Whether a wish to stop ends the waiting of `write`.
    var canBeCalledOff: Bool { get }
    /// Writes some of the bytes, waiting if need be. 0 when it can't now and is to be tried again.
    ///
    /// - Throws: when it never can any more.
    func write(_ bytes: UnsafeRawBufferPointer) throws -> Int
    /// Whether `write` can't, for the system's reasons; asked from any thread.
    var isInTrouble: Bool { get }
    /// Told by the queue's thread of what `write` threw, once.
    func hasFailed(_ error: any Error)
    /// What is thrown when the end comes and it still can't be written.
    var failure: TacitError { get }
}

extension OutputDrain {
    package var canBeCalledOff: Bool { false }
    package var isInTrouble: Bool { false }

    /// Says that a reader takes nothing, and is not waited for at the end.
    func tellGivenUp() {
        Log.shared.line {
            $0.append(string: name)
            $0.append(" takes nothing: what it was not told yet is given up")
        }
    }

    package var failure: TacitError { TacitError(.cannotCreate, file: name, "not everything could be written") }
}
