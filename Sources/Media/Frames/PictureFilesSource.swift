import TacitDiagnostics

/// Picture files as a stream of frames at a steady rate.
package final class PictureFilesSource: FrameSource {
    package var frame: FrameBuffer { reader.frame }
    package private(set) var framePath: String?

    private let reader: PictureFileReader
    private let paths: [String]
    private let clock: FrameClock
    private var next = 0

    /// - Parameters:
    ///   - paths: one picture each, in this order.
    ///   - rate: frames a second.
    /// - Throws: `TacitError` (usage) for a rate out of range.
    package init(paths: [String], rate: Double) throws {
        self.paths = paths
        clock = try FrameClock(rate: rate)
        reader = try PictureFileReader()
    }

    package func read(notBefore time: Int) throws -> FrameEvent {
        while next < paths.count {
            let index = next
            next += 1
            guard clock.time(of: index) >= time else { continue }
            do {
                try reader.read(paths[index])
            } catch let error as TacitError {
                return .broken(error)
            }
            framePath = paths[index]
            return .frame(FrameEvent.Stamp(index: index, time: clock.time(of: index), dropped: 0))
        }
        return .end
    }
}
