import CTacitKernels

/// Numbers of `TACIT_FRAMES` frames at once, one a lane, on whole cache lines; zero at first.
final class FrameLanes {
    /// How many frames there are.
    static let width = Int(TACIT_FRAMES)

    let start: UnsafeMutablePointer<Float>

    /// - Parameter count: numbers of each frame; a complex one counts twice.
    init(count: Int) {
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(count, 1) * Self.width * MemoryLayout<Float>.stride, alignment: 64)
        start = memory.initializeMemory(as: Float.self, repeating: 0, count: count * Self.width)
    }

    deinit {
        UnsafeMutableRawPointer(start).deallocate()
    }

    /// Numbers from one on are set to zero.
    func clear(from first: Int, count: Int) {
        (start + first * Self.width).update(repeating: 0, count: count * Self.width)
    }
}
