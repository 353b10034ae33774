import Foundation
import TacitLabelling
import TacitLive
import TacitSinks

/// News made by tests.
enum News {
    static func event(_ state: DetectedEvent.State, _ label: Int, at time: Double, score: Float = 0.5) -> LiveEvent {
        LiveEvent(DetectedEvent(state: state, label: label, sample: 0, time: time, score: score))
    }

    /// A reading of these scores, valid in `body`.
    static func reading(
        _ scores: [Float], at time: Double, place: LiveReading.Place? = nil, level: Double? = nil,
        _ body: (LiveReading) throws -> Void
    ) rethrows {
        try scores.withUnsafeBufferPointer { scores in
            try body(
                LiveReading(
                    time: time, place: place ?? .span(start: time - 1, end: time), level: level, scores: scores,
                    smoothed: scores, logits: scores, inferenceSeconds: 0.001))
        }
    }

    static func stream(labels: [String], waits: Bool, logits: Bool = false) -> StreamDescription {
        StreamDescription(
            model: "m.gguf", input: "a.wav", sense: .sound(window: 1, hop: 1), labels: labels,
            thresholds: labels.map { _ in 0.5 }, selected: Array(labels.indices), top: 0, showFrom: nil,
            hasLogits: logits, isJSON: true, isDevice: false, runsFree: true, waitsForReaders: waits)
    }

    static func object(_ line: [UInt8]) throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] ?? [:]
    }
}
