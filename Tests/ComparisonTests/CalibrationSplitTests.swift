import TacitDiagnostics
import TacitEvaluation
import TacitTestSupport
import Testing

/// Which part of a set two models are compared on.
@Suite struct CalibrationSplitTests {
    /// A set that comes without its validation split is looked at by the one for training, which is said.
    @Test func anotherSplitStandsInAndIsNamed() throws {
        let folder = try TemporaryFolder()
        try folder.write("audio/yes/1.wav", [])
        func read(_ split: String) throws -> DataSet {
            try folder.write("meta/words.csv", Array("filename,label,speaker,split\nyes/1.wav,yes,,\(split)\n".utf8))
            return try DataSetKind.speechCommands.readForCalibration(path: folder.url.path, medium: .sound)
        }
        let standIn = try read("train")
        #expect(standIn.split == "train" && standIn.examples.count == 1)
        #expect(
            standIn.leftOut == ["\(folder.url.path): no examples in split 'validation', so 'train' is taken"])
        let own = try read("validation")
        #expect(own.split == "validation" && own.leftOut.isEmpty)
        // Never the part that models are judged by.
        let error = try #require(thrown(TacitError.self) { try read("test") })
        #expect(
            error.description
                == "\(folder.url.path): no examples in split 'validation' or 'train' of speech-commands")
    }

    /// The part that a model is judged by stays unseen, where there is one.
    @Test func theSplitIsNotTheTest() {
        for kind in DataSetKind.allCases {
            #expect(kind.splits.contains(kind.calibrationSplit))
            let tests = ["test", "eval", "fold-5"]
            #expect(!tests.contains(kind.calibrationSplit))
        }
    }
}
