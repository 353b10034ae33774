/// Labels that the broker keeps of an earlier run and that are no more: what is to be cleared there, and what Home
/// Assistant is told of.
///
/// Whoever may write there can leave any number of them. So many are cleared with each connection, for so long as the
/// broker is asked; all others are left alone.
package struct MQTTLeftovers {
    /// As they stand in topics, since this connection began.
    private(set) var labels: Set<String> = []
    private var uncleared = BoundedQueue<String>(capacity: MQTTLeftovers.most)
    /// When the broker is not asked any more; nil once it isn't.
    private var end: Double?

    /// Labels of one connection.
    package static let most = 1024

    var areCleared: Bool { uncleared.isEmpty }

    /// The broker is asked anew.
    ///
    /// - Parameter end: until when.
    mutating func begin(until end: Double) {
        labels.removeAll()
        while uncleared.removeFirst() != nil {}
        self.end = end
    }

    func areAsked(_ now: Double) -> Bool { end.map { now < $0 } ?? false }

    /// - Returns: false for one too many, with which the broker need not be asked any more.
    mutating func add(_ label: String, _ now: Double) -> Bool {
        if labels.contains(label) { return true }
        guard labels.count < Self.most, uncleared.append(label) else {
            end = now
            return false
        }
        labels.insert(label)
        return true
    }

    /// Whether it is time to ask no more; true once for each connection.
    mutating func areOver(_ now: Double) -> Bool {
        guard let end, now >= end else { return false }
        self.end = nil
        return true
    }

    /// The next to be cleared; nil for none.
    mutating func next() -> String? { uncleared.removeFirst() }
}
