/// How long to wait before something that failed is tried again: twice as long each time, up to a limit.
package struct Backoff: Equatable, Sendable {
    private let shortest: Double
    private let longest: Double
    private let jitter: Double
    private var following: Double

    /// - Parameters:
    ///   - shortest: seconds of the first wait.
    ///   - longest: seconds that no wait is longer than.
    ///   - jitter: the part of a wait, 0 to 1, that chance may take off it, so that many who lost the same thing don't
    ///     all come back at the same moment.
    package init(shortest: Double, longest: Double, jitter: Double = 0) {
        self.shortest = shortest
        self.longest = longest
        self.jitter = jitter
        following = shortest
    }

    /// - Returns: the seconds to wait now; the next wait is twice as long.
    package mutating func next() -> Double {
        defer { following = min(2 * following, longest) }
        return jitter > 0 ? following * Double.random(in: 1 - jitter...1) : following
    }

    /// Begins with the shortest wait again.
    package mutating func reset() { following = shortest }
}
