import TacitFrontEnd

/// Where a stream's labels, events and gaps go, whatever the sense.
///
/// A reading comes before the events that it decides. All calls come from the stream's own thread, one after
/// another, but for `finish`, which may come from any. Nothing that is called here may wait for a reader for longer
/// than the stream itself can wait: what may block does so on a thread of its own, behind a queue that has an end.
/// Whatever is thrown ends the stream.
package protocol Sink: AnyObject {
    /// How many seconds of sound may go by at once: as many are given to `samples` at the most.
    var secondsAtOnce: Double { get }
    /// Samples went by.
    ///
    /// - Parameters:
    ///   - samples: mono, -1...1, at the model's rate; valid during the call.
    ///   - time: seconds from the start of the stream to one past the last of them.
    /// - Throws: what ends the stream.
    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) throws
    /// What the model saw, after all that it says of it.
    ///
    /// - Parameter seen: 8-bit pixels in the size that the model takes; valid during the call.
    /// - Throws: what ends the stream.
    func picture(_ seen: PixelView) throws
    /// The whole picture that the model saw a part or a reduction of, right after `picture`.
    ///
    /// - Parameter frame: 8-bit pixels as the source gave them; valid during the call.
    /// - Throws: what ends the stream.
    func frame(_ frame: PixelView) throws
    /// Frames went by that no label was wanted for.
    ///
    /// - Parameter time: seconds from the start of the stream to the last of them.
    /// - Throws: what ends the stream.
    func passed(time: Double) throws
    /// The model has spoken.
    ///
    /// - Parameter reading: valid during the call.
    /// - Throws: what ends the stream, once the events that the reading decides are told.
    func labels(_ reading: LiveReading) throws
    /// It was too quiet for the model to be asked, where it would have spoken.
    ///
    /// - Parameter quiet: valid during the call.
    /// - Throws: what ends the stream, once the events that the quiet decides are told.
    func quiet(_ quiet: LiveQuiet) throws
    /// A label began or ceased to hold.
    ///
    /// - Throws: what ends the stream, once the other events of the same reading are told.
    func event(_ event: LiveEvent) throws
    /// Labels came, behind those that there were, or went; before anything is told of those that came, and after the
    /// last of those that went. May allocate.
    ///
    /// - Throws: what ends the stream.
    func relabel(_ labels: StreamLabels) throws
    /// Samples or frames were lost.
    ///
    /// - Throws: what ends the stream.
    func gap(_ gap: LiveGap) throws
    /// The stream is over. Waits until all is told; who called for an end may not wait for this one.
    ///
    /// - Throws: what the stream then throws, unless something ended it before.
    func finish() throws
}

extension Sink {
    package var secondsAtOnce: Double { 1 }
    package func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) {}
    package func picture(_ seen: PixelView) {}
    package func frame(_ frame: PixelView) {}
    package func passed(time: Double) {}
    package func quiet(_ quiet: LiveQuiet) {}
    package func relabel(_ labels: StreamLabels) {}
    package func finish() {}
}
