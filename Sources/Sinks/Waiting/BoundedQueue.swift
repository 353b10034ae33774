/// First in, first out, in memory that is taken at the start.
struct BoundedQueue<Element> {
    private var slots: [Element?]
    private var first = 0
    private(set) var count = 0

    init(capacity: Int) { slots = Array(repeating: nil, count: capacity) }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == slots.count }

    /// False when there is no room.
    mutating func append(_ element: Element) -> Bool {
        guard !isFull else { return false }
        slots[(first + count) % slots.count] = element
        count += 1
        return true
    }

    /// The first that `isWanted`, taken out.
    mutating func removeFirst(where isWanted: (Element) -> Bool = { _ in true }) -> Element? {
        for place in 0..<count {
            let index = (first + place) % slots.count
            guard let element = slots[index], isWanted(element) else { continue }
            for later in stride(from: place, to: 0, by: -1) {
                slots[(first + later) % slots.count] = slots[(first + later - 1) % slots.count]
            }
            slots[first] = nil
            first = (first + 1) % slots.count
            count -= 1
            return element
        }
        return nil
    }
}
