import Glibc
import TacitDiagnostics
import TacitModelFile

/// All of a session's buffers as one allocation: first reserved, with checked sizes, then mapped once.
///
/// Memory comes zeroed from the system; a small arena is there at once, for a fault for every page would take longer
/// than the first window, a large one counts only once it is touched.
final class Arena {
    /// A place reserved for `count` elements.
    struct Slot<Element: BitwiseCopyable> {
        fileprivate let offset: Int
        let count: Int
    }

    /// Adds up what is to be reserved; every slot begins at a multiple of 64 bytes.
    struct Plan {
        private(set) var byteCount = 0

        /// - Throws: `TacitError` (usage) where the sizes no longer fit memory.
        mutating func reserve<Element: BitwiseCopyable>(
            _ type: Element.Type, _ extents: Int...
        ) throws -> Slot<Element> {
            var count = 1
            var overflow = false
            for extent in extents where extent >= 0 {
                let product = count.multipliedReportingOverflow(by: extent)
                count = product.partialValue
                overflow = overflow || product.overflow
            }
            let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
            let end = byteCount.addingReportingOverflow(bytes.partialValue)
            guard !overflow, !bytes.overflow, !end.overflow, end.partialValue <= 1 << 46 else {
                throw TacitError(.usage, "the session's buffers would not fit memory")
            }
            let slot = Slot<Element>(offset: byteCount, count: count)
            byteCount = end.partialValue.roundedUp(to: 64)
            return slot
        }
    }

    let byteCount: Int
    private static let small = 8 << 20
    private let base: UnsafeMutableRawPointer

    init(_ plan: Plan) throws {
        byteCount = max(plan.byteCount, 64)
        let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else {
            throw TacitError(.inputOutput, "no memory for the session's \(byteCount) bytes of buffers")
        }
        base = memory
        // Older kernels (before 5.14) can't, and fault.
        if byteCount <= Self.small { madvise(base, byteCount, MADV_POPULATE_WRITE) }
    }

    deinit {
        munmap(base, byteCount)
    }

    func pointer<Element>(_ slot: Slot<Element>) -> UnsafeMutablePointer<Element> {
        (base + slot.offset).bindMemory(to: Element.self, capacity: slot.count)
    }
}
