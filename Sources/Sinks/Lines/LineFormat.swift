import TacitLabelling
import TacitLive

/// How a stream's news become lines. Each call makes one line, in a buffer that never grows.
package protocol LineFormat {
    /// The line made last, its end included.
    var bytes: [UInt8] { get }
    mutating func labels(_ reading: LiveReading, _ ranking: Ranking)
    mutating func event(_ event: LiveEvent)
    mutating func gap(_ gap: LiveGap)
    /// Labels came or went.
    mutating func relabel(_ labels: StreamLabels)
}

/// How long lines get.
package enum LineLength {
    /// No line about so many labels is longer than this, in bytes: names may be escaped, sixfold at worst, and a score
    /// or a logit takes 15 digits.
    package static func bound(labels: [String]) -> Int {
        1024 + labels.reduce(0) { $0 + 6 * $1.utf8.count + 64 }
    }
}
