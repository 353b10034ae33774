import TacitDevices
import TacitDiagnostics
import TacitMedia

/// A camera that follows a script, on a clock of its own: grey frames of 2 x 2, the number in every pixel.
final class StandInVideo: VideoDevice {
    enum Step {
        /// A frame, so many microseconds after what came before; `skips` numbers were left out before it.
        case frame(UInt8, after: Int = 33_333, skips: Int = 0, isDamaged: Bool = false)
        /// A frame that comes in time, with this stamp.
        case stamped(UInt8, Int)
        /// Frames that wait already when the one before is taken.
        case burst([UInt8])
        case silence(milliseconds: Int)
        case unplugged(milliseconds: Int)
    }

    private var steps: [Step]
    private var waiting: [VideoBuffer] = []
    private var contents: [Int: [UInt8]] = [:]
    private var memory: UnsafeMutableRawBufferPointer = .allocate(byteCount: 4, alignment: 1)
    private var awayUntil = 0
    private var sequence: UInt32 = 0
    private var nextIndex = 0
    private(set) var opened = 0
    /// Frames that were taken and not given back.
    private(set) var held: Set<Int> = []
    private(set) var now = 1_000_000

    init(_ steps: [Step]) { self.steps = steps }

    deinit { memory.deallocate() }

    func open(_ wish: CameraWish) throws -> VideoStream {
        guard now >= awayUntil else { throw TacitError(.deviceUnavailable, "no such camera") }
        opened += 1
        sequence = 0
        return VideoStream(
            name: "stand-in", mode: CameraMode(format: .grey, width: 2, height: 2, rate: 30),
            layout: RawFrame(format: .grey, width: 2, height: 2))
    }

    private func add(_ value: UInt8, stamp: Int? = nil, isDamaged: Bool = false) {
        waiting.append(
            VideoBuffer(index: nextIndex, count: 4, sequence: sequence, time: stamp ?? now, isDamaged: isDamaged))
        contents[nextIndex] = [UInt8](repeating: value, count: 4)
        nextIndex += 1
        sequence += 1
    }

    func take(milliseconds: Int) -> VideoResult {
        if waiting.isEmpty, milliseconds > 0 { advance(milliseconds) }
        if now < awayUntil { return .lost(19) }
        guard !waiting.isEmpty else { return .nothing }
        let buffer = waiting.removeFirst()
        held.insert(buffer.index)
        return .frame(buffer)
    }

    private func advance(_ milliseconds: Int) {
        guard !steps.isEmpty else {
            awayUntil = .max
            return
        }
        switch steps.removeFirst() {
        case .frame(let value, let after, let skips, let isDamaged):
            now += after
            sequence += UInt32(skips)
            add(value, isDamaged: isDamaged)
        case .stamped(let value, let stamp):
            now += 33_333
            add(value, stamp: stamp)
        case .burst(let values):
            for value in values {
                now += 33_333
                add(value)
            }
        case .silence(let length):
            now += milliseconds * 1000
            if length > milliseconds { steps.insert(.silence(milliseconds: length - milliseconds), at: 0) }
        case .unplugged(let length):
            awayUntil = now + length * 1000
        }
    }

    func bytes(of buffer: VideoBuffer) -> UnsafeRawBufferPointer {
        memory.copyBytes(from: contents[buffer.index] ?? [])
        return UnsafeRawBufferPointer(memory)
    }

    func giveBack(_ buffer: VideoBuffer) {
        precondition(held.remove(buffer.index) != nil, "given back twice")
    }

    func close() {
        waiting.removeAll()
        held.removeAll()
    }

    func sleep(milliseconds: Int) { now += milliseconds * 1000 }
}
