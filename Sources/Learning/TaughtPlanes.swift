import Synchronization
import TacitModelFile

/// What was taught to a model, as it is now. Streams that run take over what is new of the same labels at their next
/// reading, without waiting for anybody.
package final class TaughtPlanes: Sendable {
    /// The model's own labels.
    private let own: [String]
    package let names: [String]
    package let width: Int

    private struct Content {
        var version = 0
        var classifiers: Classifiers
        /// The model's labels that were corrected, in the order of their planes.
        var corrected: [Int]
    }

    private let content: Mutex<Content>
    private let version = Atomic<Int>(0)

    /// - Parameters:
    ///   - labels: taught to the model.
    ///   - description: of the model alone.
    package init(_ labels: LearnedLabels, _ description: ModelDescription) {
        own = description.labels
        names = labels.labels.map(\.name)
        width = labels.classifiers.width
        content = Mutex(
            Content(
                classifiers: labels.classifiers, corrected: Self.corrected(labels.classifiers, description.labels)))
    }

    private static func corrected(_ classifiers: Classifiers, _ own: [String]) -> [Int] {
        classifiers.corrected.compactMap { own.firstIndex(of: $0) }
    }

    /// - Returns: false, and nothing happens, where the labels are others than before: a stream has as many as when it
    ///   began.
    package func replace(with labels: LearnedLabels) -> Bool {
        guard labels.labels.map(\.name) == names, labels.classifiers.width == width,
            labels.classifiers.corrected.allSatisfy(own.contains)
        else { return false }
        let corrected = Self.corrected(labels.classifiers, own)
        content.withLock { content in
            content.version += 1
            content.classifiers = labels.classifiers
            content.corrected = corrected
            version.store(content.version, ordering: .releasing)
        }
        return true
    }

    /// Copies what there is into buffers with room for a plane a learned label and one for each of the model's.
    ///
    /// - Parameters:
    ///   - weights: `[planes][width]`
    ///   - biases: `[planes]`
    ///   - corrected: the model's labels that were corrected.
    ///   - known: the version that is there already; nil for none.
    /// - Returns: the version that is there now and how many labels of the model were corrected; nil where there is
    ///   nothing new, or another thread is at it just now.
    func copy(
        into weights: UnsafeMutableBufferPointer<Float>, _ biases: UnsafeMutableBufferPointer<Float>,
        _ corrected: UnsafeMutableBufferPointer<Int>, since known: Int?
    ) -> (version: Int, corrected: Int)? {
        guard known != version.load(ordering: .acquiring) else { return nil }
        return content.withLockIfAvailable { content in
            _ = weights.update(fromContentsOf: content.classifiers.weights)
            _ = biases.update(fromContentsOf: content.classifiers.biases)
            _ = corrected.update(fromContentsOf: content.corrected)
            return (content.version, content.corrected.count)
        }
    }
}
