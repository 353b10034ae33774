import TacitLabelling
import Testing

@Suite struct ReadingAverageTests {
    private func add(_ average: ReadingAverage, _ start: Int, _ end: Int, _ values: [Float]) {
        values.withUnsafeBufferPointer { values in
            average.add(
                Reading(
                    start: start, end: end, sampleRate: 100, logits: values, scores: values, embedding: values,
                    inferenceSeconds: 0.25))
        }
    }

    @Test func oneReadingIsItself() {
        let average = ReadingAverage()
        let values: [Float] = [0.1, -3e-30, 1e30, .pi]
        add(average, 5, 105, values)
        #expect(average.logits == values && average.scores == values && average.embedding == values)
        #expect(average.span == (0.05, 1.05))
    }

    @Test func severalAreAveragedAndForgotten() {
        let average = ReadingAverage()
        for _ in 0..<2 {
            add(average, 0, 100, [1, 2])
            add(average, 50, 150, [2, 4])
            add(average, 80, 180, [6, 0])
            #expect(average.count == 3)
            #expect(average.logits == [3, 2])
            #expect(average.span == (0, 1.8))
            #expect(average.inferenceSeconds == 0.75)
            average.removeAll()
            #expect(average.count == 0)
        }
    }
}
