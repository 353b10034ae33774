import TacitDiagnostics
import TacitMeasures
import TacitTestSupport
import Testing

/// What is said of two models on one set of data, and when that is too much.
@Suite struct CalibrationVerdictTests {
    private static func calibration(_ exact: Double?, _ stored: Double?) -> Calibration {
        Calibration(
            dataSet: "esc-50", split: "fold-1", count: 400, windows: 401, metric: .accuracy, exact: exact,
            stored: stored, agreeing: 398, output: RelativeError(mean: 0.0125, worst: 0.25), logits: nil)
    }

    @Test func whatDropsByMoreIsRefused() throws {
        let drop = Self.calibration(0.7625, 0.75)
        #expect(try abs(#require(drop.drop) - 1.25) < 1e-9)
        try drop.refuse(dropAbove: 1.25, path: "m.gguf")
        try drop.refuse(dropAbove: 2, path: "m.gguf")
        try Self.calibration(0.5, 0.75).refuse(dropAbove: 0, path: "m.gguf")
        let error = try #require(
            thrown(TacitError.self) { try drop.refuse(dropAbove: 1, called: "--max-drop", path: "m.gguf") })
        #expect(error.kind == .badData)
        #expect(
            error.description == "m.gguf: accuracy on esc-50 fold-1 drops by 1.25 points, from 76.25 to 75.00 %, "
                + "more than --max-drop 1.0 allows: nothing is written")
        // What is not measured is not held.
        #expect(throws: TacitError.self) { try Self.calibration(nil, nil).refuse(dropAbove: 100, path: "m.gguf") }
    }

    /// 0.3 of 1000 examples is no more than 0.3 points, whatever binary fractions make of it.
    @Test func roundingIsNoDrop() throws {
        for right in 100..<1000 {
            let drop = Self.calibration(Double(right) / 1000, Double(right - 3) / 1000)
            try drop.refuse(dropAbove: 0.3, path: "m.gguf")
            #expect(throws: TacitError.self) { try drop.refuse(dropAbove: 0.2, path: "m.gguf") }
        }
    }

    @Test func wordsAndJSON() {
        let errors = MeasuredErrors(
            random: RandomErrors(
                contexts: 8, patches: 48, trunk: RelativeError(mean: 0.031, worst: 0.5),
                logits: RelativeError(mean: 0.04, worst: .infinity), agreeing: 7),
            calibration: Self.calibration(0.7625, 0.75))
        #expect(
            errors.lines() == [
                "errors    8 contexts of 48 made-up patches: the trunk's output is 3.10 % (a single patch up to 50.00 "
                    + "%) off, logits 4.00 % (a single context up to infinitely %), 7 of 8 labels are the same",
                "data      esc-50 fold-1, 400 examples: accuracy 75.00 %, 76.25 % before, 99.50 % of the labels are the same",
                "          of 401 windows: what the head reads is 1.25 % (a single window up to 25.00 %) off",
            ])
        #expect(
            errors.json == #"{"random":{"contexts":8,"patches":48,"trunk":{"mean":0.031,"worst":0.5},"#
                + #""logits":{"mean":0.04,"worst":null},"same_label":0.875},"#
                + #""calibration":{"dataset":"esc-50","split":"fold-1","count":400,"windows":401,"metric":"accuracy","#
                + #""f32":0.7625,"stored":0.75,"drop_points":1.25,"same_label":0.995,"#
                + #""output":{"mean":0.0125,"worst":0.25},"logits":null}}"#)
        #expect(
            errors.lines(isComparison: true)[1]
                == "data      esc-50 fold-1, 400 examples: accuracy 75.00 % against 76.25 % of A, "
                + "99.50 % of the labels are the same")
        #expect(MeasuredErrors().lines().isEmpty)
        #expect(MeasuredErrors().json == #"{"random":null,"calibration":null}"#)
    }

    @Test func errorsOfVectors() throws {
        var errors = RelativeErrors()
        #expect(errors.error == nil)
        errors.add([3, 4] as [Float], exact: [3, 4] as [Float])
        errors.add([3, 9] as [Float], exact: [3, 4] as [Float])
        #expect(errors.error == RelativeError(mean: 0.5, worst: 1))
        var broken = errors
        broken.add([.nan, 1] as [Float], exact: [1, 1] as [Float])
        #expect(broken.error == RelativeError(mean: .infinity, worst: .infinity))
        errors.add([1, 1] as [Float], exact: [0, 0] as [Float])
        #expect(errors.error == nil)
    }
}
