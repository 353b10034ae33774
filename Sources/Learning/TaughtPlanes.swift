import Synchronization
import TacitModelFile

/// What was taught to a model, as it is now. Streams that run take over what is new at their next reading, without
/// waiting for anybody.
///
/// A learned label has a place, that it keeps for as long as this lasts: one that is forgotten leaves its place empty,
/// with a score of 0, and one that comes new stands behind all others. So whoever kept a place never finds another
/// label there.
package final class TaughtPlanes: Sendable {
    /// The model's own labels.
    private let own: [String]
    package let width: Int

    /// The learned labels by their places.
    package struct Places: Equatable, Sendable {
        package fileprivate(set) var names: [String]
        /// `[names]`: whether the label is there still.
        package fileprivate(set) var isTaught: [Bool]
    }

    private struct Content {
        var version = 0
        var places: Places
        /// `[places + corrected][width]`, `[places + corrected]`
        var weights: [Float]
        var biases: [Float]
        /// The model's labels that were corrected, in the order of their planes.
        var corrected: [Int]
    }

    private let content: Mutex<Content>
    private let version = Atomic<Int>(0)
    /// Counts how often labels came or went.
    private let changes: Atomic<Int>

    /// Of an empty place: so far on the other side that its score is 0.
    static let nowhere: Float = -100

    /// - Parameters:
    ///   - labels: taught to the model.
    ///   - description: of the model alone.
    ///   - unsaid: labels that have no place yet; what is taught next gives them one.
    package init(_ labels: LearnedLabels, _ description: ModelDescription, unsaid: Set<String> = []) {
        own = description.labels
        width = labels.classifiers.width
        let names = labels.labels.map(\.name).filter { !unsaid.contains($0) }
        let places = Places(names: names, isTaught: names.map { _ in true })
        content = Mutex(Self.content(labels, at: places, own: own, width: width))
        changes = Atomic(0)
    }

    /// What was taught as `other` has it now, at the same places. From then on each is changed by itself.
    package init(_ other: TaughtPlanes) {
        own = other.own
        width = other.width
        var now = other.content.withLock { $0 }
        now.version = 0
        // A stream looks at places that are empty as at any other change.
        changes = Atomic(now.places.isTaught.contains(false) ? 1 : 0)
        content = Mutex(now)
    }

    private static func content(_ labels: LearnedLabels, at places: Places, own: [String], width: Int) -> Content {
        let classifiers = labels.classifiers
        let corrected = classifiers.corrected.compactMap { own.firstIndex(of: $0) }
        var weights: [Float] = []
        var biases: [Float] = []
        for name in places.names {
            if let plane = labels.labels.firstIndex(where: { $0.name == name }) {
                weights += classifiers.weights[plane * width..<(plane + 1) * width]
                biases.append(classifiers.biases[plane])
            } else {
                weights += [Float](repeating: 0, count: width)
                biases.append(nowhere)
            }
        }
        weights += classifiers.weights[labels.labels.count * width..<(labels.labels.count + corrected.count) * width]
        biases += classifiers.biases[labels.labels.count..<labels.labels.count + corrected.count]
        return Content(places: places, weights: weights, biases: biases, corrected: corrected)
    }

    /// The labels that there are now.
    package var places: Places { content.withLock { $0.places } }

    /// Rises when labels come or go. Streams look at it before every step.
    package var changeCount: Int { changes.load(ordering: .acquiring) }

    /// For those that can't have other labels than at the start.
    ///
    /// - Returns: false, and nothing happens, where the labels are others than now.
    package func replace(with labels: LearnedLabels) -> Bool {
        take(labels) { now, new in now == new }
    }

    /// For those that can: labels that are new get places, and those that are gone leave theirs empty.
    ///
    /// - Returns: false, and nothing happens, where the labels were taught to another model.
    package func follow(_ labels: LearnedLabels) -> Bool { take(labels) { _, _ in true } }

    private func take(_ labels: LearnedLabels, where isAllowed: (_ now: Places, _ new: Places) -> Bool) -> Bool {
        guard labels.classifiers.width == width, labels.classifiers.corrected.allSatisfy(own.contains) else {
            return false
        }
        let names = labels.labels.map(\.name)
        return content.withLock { content in
            var places = content.places
            places.names += names.filter { !places.names.contains($0) }
            places.isTaught = places.names.map(names.contains)
            guard isAllowed(content.places, places) else { return false }
            let isOther = places != content.places
            let next = content.version + 1
            content = Self.content(labels, at: places, own: own, width: width)
            content.version = next
            version.store(next, ordering: .releasing)
            if isOther { changes.add(1, ordering: .releasing) }
            return true
        }
    }

    /// Copies what there is into buffers with room for a plane a place and one for each of the model's labels.
    ///
    /// - Parameters:
    ///   - weights: `[planes][width]`
    ///   - biases: `[planes]`
    ///   - corrected: the model's labels that were corrected.
    ///   - places: how many learned labels there is room for.
    ///   - known: the version that is there already; nil for none.
    /// - Returns: the version that is there now and how many labels of the model were corrected; nil where there is
    ///   nothing new, another number of places, or another thread is at it just now.
    func copy(
        into weights: UnsafeMutableBufferPointer<Float>, _ biases: UnsafeMutableBufferPointer<Float>,
        _ corrected: UnsafeMutableBufferPointer<Int>, places: Int, since known: Int?
    ) -> (version: Int, corrected: Int)? {
        guard known != version.load(ordering: .acquiring) else { return nil }
        return content.withLockIfAvailable { content -> (version: Int, corrected: Int)? in
            guard content.places.names.count == places else { return nil }
            _ = weights.update(fromContentsOf: content.weights)
            _ = biases.update(fromContentsOf: content.biases)
            _ = corrected.update(fromContentsOf: content.corrected)
            return (content.version, content.corrected.count)
        } ?? nil
    }
}
