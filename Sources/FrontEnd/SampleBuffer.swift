/// The last stretch of a stream of floats, contiguous in memory: a linear buffer that slides back to its start when
/// it is full. With a capacity of at least twice what is kept, each element is moved at most once on average.
struct SampleBuffer: ~Copyable {
    private let storage: UnsafeMutablePointer<Float>
    private let capacity: Int
    /// Where in `storage` the stretch begins.
    private var head = 0
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        storage = .allocate(capacity: capacity)
        storage.initialize(repeating: 0, count: capacity)
    }

    deinit {
        storage.deallocate()
    }

    /// The stretch's first element.
    var start: UnsafePointer<Float> { UnsafePointer(storage + head) }

    mutating func removeAll() {
        head = 0
        count = 0
    }

    /// Drops elements from the stretch's start.
    mutating func removeFirst(_ dropped: Int) {
        head += dropped
        count -= dropped
        if count == 0 { head = 0 }
    }

    /// Appends as many of the elements as there is room for, and returns how many.
    mutating func append(_ elements: UnsafePointer<Float>, count wanted: Int) -> Int {
        if wanted > capacity - head - count, head > 0 {
            storage.update(from: storage + head, count: count)
            head = 0
        }
        let taken = min(wanted, capacity - head - count)
        (storage + head + count).update(from: elements, count: taken)
        count += taken
        return taken
    }

    /// Room for `wanted` more elements at the stretch's end, which count as appended. There must be that much room.
    mutating func extend(by wanted: Int) -> UnsafeMutablePointer<Float> {
        if wanted > capacity - head - count {
            storage.update(from: storage + head, count: count)
            head = 0
        }
        precondition(wanted <= capacity - head - count)
        count += wanted
        return storage + head + count - wanted
    }
}
