import TacitEvaluation
import TacitMeasures
import Testing

@Suite struct MetricTests {
    @Test func accuracyTakesTheFirstOfEquals() {
        var accuracy = Accuracy()
        #expect(accuracy.value == nil)
        func add(_ values: [Float], _ truth: Int) { accuracy.add(isCorrect: values.indexOfLargest == truth) }
        add([0.5, 0.5, -1], 0)
        add([0.5, 0.5, -1], 1)
        add([.nan, -3, -2], 2)
        add([.nan, .nan], 0)
        #expect(accuracy.value == 0.5)
    }

    /// Positives at places 1, 3 and 6 of 6: (1/1 + 2/3 + 3/6) / 3.
    @Test func averagePrecisionByHand() {
        let value = AveragePrecision.value(
            scores: [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], positives: [true, false, true, false, false, true])
        #expect(abs((value ?? 0) - (1 + 2.0 / 3 + 0.5) / 3) < 1e-12)
    }

    /// The example of scikit-learn's documentation: 0.8333...
    @Test func averagePrecisionOfTheReferenceExample() {
        let value = AveragePrecision.value(
            scores: [0.1, 0.4, 0.35, 0.8], positives: [false, false, true, true])
        #expect(abs((value ?? 0) - 5.0 / 6) < 1e-12)
    }

    /// Equal scores are one step: recall goes from 0 to 1/2 at precision 1/1, then to 1 at precision 2/4.
    @Test func tiesAreOneStep() {
        for positives in [[true, true, false, false], [true, false, true, false], [true, false, false, true]] {
            let value = AveragePrecision.value(scores: [1, 0.5, 0.5, 0.5], positives: positives)
            #expect(value == 0.75)
        }
    }

    @Test func extremes() {
        #expect(AveragePrecision.value(scores: [1, 2], positives: [false, false]) == nil)
        #expect(AveragePrecision.value(scores: [], positives: []) == nil)
        #expect(AveragePrecision.value(scores: [2, 1], positives: [true, true]) == 1)
        #expect(AveragePrecision.value(scores: [.nan, 1, 2, 3], positives: [true, false, false, false]) == 0.25)
    }

    /// Class 0 has average precision 1, class 1 has 1/2, class 2 has no positive and doesn't count.
    @Test func meanOverClassesWithPositives() {
        var mean = MeanAveragePrecision(classes: 3)
        mean.add(scores: [0.9, 0.9, 0.1], truth: [0])
        mean.add(scores: [0.1, 0.2, 0.9], truth: [1])
        #expect(mean.byClass == [1, 0.5, nil])
        #expect(mean.value == 0.75)
        #expect(MeanAveragePrecision(classes: 2).value == nil)
    }
}
