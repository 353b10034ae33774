/// First in, first out, in memory that is taken at the start.
struct BoundedQueue<Element>: Sequence {
    private var slots: [Element?]
    private var start = 0
    private(set) var count = 0

    init(capacity: Int) { slots = Array(repeating: nil, count: capacity) }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == slots.count }

    var first: Element? { isEmpty ? nil : slots[start] }

    /// From the first in on.
    struct Iterator: IteratorProtocol {
        fileprivate let slots: [Element?]
        fileprivate var place: Int
        fileprivate var left: Int

        mutating func next() -> Element? {
            guard left > 0 else { return nil }
            defer {
                place = (place + 1) % slots.count
                left -= 1
            }
            return slots[place]
        }
    }

    func makeIterator() -> Iterator { Iterator(slots: slots, place: start, left: count) }

    var underestimatedCount: Int { count }

    /// False when there is no room.
    mutating func append(_ element: Element) -> Bool {
        guard !isFull else { return false }
        slots[(start + count) % slots.count] = element
        count += 1
        return true
    }

    /// The first that `isWanted`, taken out.
    mutating func removeFirst(where isWanted: (Element) -> Bool = { _ in true }) -> Element? {
        for place in 0..<count {
            let index = (start + place) % slots.count
            guard let element = slots[index], isWanted(element) else { continue }
            for later in stride(from: place, to: 0, by: -1) {
                slots[(start + later) % slots.count] = slots[(start + later - 1) % slots.count]
            }
            slots[start] = nil
            start = (start + 1) % slots.count
            count -= 1
            return element
        }
        return nil
    }
}
