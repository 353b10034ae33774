/// The last patches of a stream, contiguous in memory and oldest first: a linear buffer that slides back to its start
/// when it is full.
struct PatchHistory: ~Copyable {
    private let storage: UnsafeMutablePointer<Float>
    private let patchSize: Int
    private let capacity: Int
    /// Patches that are kept when the buffer slides back.
    private let kept: Int
    /// Patches in `storage`.
    private var filled = 0
    /// Patches appended since the start.
    private(set) var count = 0

    /// - Parameter kept: how many patches back can be asked for.
    init(patchSize: Int, kept: Int) {
        self.patchSize = patchSize
        self.kept = kept
        capacity = 2 * kept
        storage = .allocate(capacity: capacity * patchSize)
        storage.initialize(repeating: 0, count: capacity * patchSize)
    }

    deinit {
        storage.deallocate()
    }

    mutating func removeAll() {
        filled = 0
        count = 0
    }

    mutating func append(_ patch: UnsafePointer<Float>) {
        if filled == capacity {
            storage.update(from: storage + (filled - (kept - 1)) * patchSize, count: (kept - 1) * patchSize)
            filled = kept - 1
        }
        (storage + filled * patchSize).update(from: patch, count: patchSize)
        filled += 1
        count += 1
    }

    /// The patches from `index` on, counted since the start; it must be one of the last `kept`.
    func patches(from index: Int) -> UnsafePointer<Float> {
        let back = count - index
        precondition(back >= 0 && back <= filled)
        return UnsafePointer(storage + (filled - back) * patchSize)
    }
}
