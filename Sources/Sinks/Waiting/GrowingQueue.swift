/// First in, first out, for what is filled only once it is empty, however much there is to say then.
struct GrowingQueue<Element> {
    private var elements: [Element] = []
    /// Of those, taken out.
    private var taken = 0

    var isEmpty: Bool { taken == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = elements[taken]
        taken += 1
        if isEmpty {
            elements.removeAll(keepingCapacity: true)
            taken = 0
        }
        return element
    }
}
