import TacitLive

/// A sink that keeps what events are about, and says where before anyone is told of the event.
protocol ClipNaming: AnyObject {
    /// Gives an event the name of its clip, if it gets one.
    func name(_ event: inout LiveEvent)
}
