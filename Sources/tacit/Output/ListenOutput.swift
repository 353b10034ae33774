import Capture
import Labelling

/// Where `listen` tells what it hears. Events will come the same way.
protocol ListenOutput: AnyObject {
    /// Samples went by; `time` is the stream's after them.
    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws
    /// The model has spoken.
    func labels(_ reading: Reading) throws
    /// Samples were lost; `time` is the stream's after them.
    func gap(time: Double, lostSeconds: Double, reason: SourceEvent.Reason) throws
    /// The stream is over.
    func finish() throws
}
