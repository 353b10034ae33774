import TacitDiagnostics
import TacitLabelling
import TacitTestSupport
import Testing

@Suite struct LabelSelectionTests {
    private static let labels = [
        "dog", "Cat", "clock_alarm", "clock_tick", "Male speech, man speaking", "Speech", "cat", "man speaking", "dog",
    ]

    private func indices(only: [String] = [], except: [String] = []) throws -> [Int] {
        try LabelSelection(labels: Self.labels, only: only, except: except).indices
    }

    private func refusal(only: [String] = [], except: [String] = []) -> String? {
        do {
            _ = try indices(only: only, except: except)
            return nil
        } catch {
            return (error as? TacitError)?.kind == .usage ? "\(error)" : nil
        }
    }

    @Test func allByDefault() throws {
        #expect(try indices() == Array(0..<9))
    }

    @Test func someByName() throws {
        #expect(try indices(only: ["clock_tick"]) == [3])
        // Each of a name; several in one text and in several; in the model's order.
        #expect(try indices(only: ["clock_tick,dog"]) == [0, 3, 8])
        #expect(try indices(only: ["clock_tick", "dog"]) == [0, 3, 8])
        #expect(try indices(only: [" clock_tick , dog "]) == [0, 3, 8])
        #expect(try indices(except: ["dog,Speech"]) == [1, 2, 3, 4, 6, 7])
        #expect(try indices(only: ["dog,Speech"], except: ["dog"]) == [5])
    }

    @Test func caseMattersOnlyWhereItMust() throws {
        #expect(try indices(only: ["cat"]) == [6])
        #expect(try indices(only: ["Cat"]) == [1])
        #expect(try indices(only: ["CAT"]) == [1, 6])
        #expect(try indices(only: ["SPEECH"]) == [5])
    }

    @Test func labelsMayHoldCommas() throws {
        #expect(try indices(only: ["Male speech, man speaking"]) == [4])
        #expect(try indices(only: ["dog,Male speech, man speaking,cat"]) == [0, 4, 6, 8])
        #expect(try indices(only: ["Speech, man speaking"]) == [5, 7])
    }

    /// More than anyone could wait for if each were looked for in front of every number of those behind it.
    @Test func manyInOneText() throws {
        let many = Array(repeating: "dog,Male speech, man speaking", count: 50_000).joined(separator: ",")
        #expect(try indices(only: [many]) == [0, 4, 8])
        #expect(refusal(only: [many + ",zzz"]) == "the model has no label 'zzz'")
        #expect(try indices(except: Array(repeating: "DOG", count: 50_000)) == [1, 2, 3, 4, 5, 6, 7])
    }

    @Test func unknownLabelsNameThoseLikeThem() {
        #expect(refusal(only: ["clok_alarm"]) == "the model has no label 'clok_alarm', perhaps 'clock_alarm'")
        #expect(refusal(except: ["clock"]) == "the model has no label 'clock', perhaps 'clock_alarm' or 'clock_tick'")
        #expect(refusal(only: ["dog,zzz"]) == "the model has no label 'zzz'")
        #expect(refusal(only: ["helicopter"]) == "the model has no label 'helicopter'")
        #expect(refusal(only: [""]) == "the model has no label ''")
        #expect(refusal(only: ["dog,"]) == "the model has no label ''")
        #expect(refusal(only: [String(repeating: "x", count: 100_000)]) != nil)
    }

    @Test func nothingLeftIsRefused() {
        #expect(
            refusal(only: ["dog"], except: ["dog"]) == "no label is left: only and except leave none of the model's 9")
        #expect(refusal(except: Self.labels)?.contains("no label is left") == true)
    }

    /// Where labels are taught while a stream runs, a name may be one that was forgotten or is still to come.
    @Test func namesOfLabelsThatMayCome() throws {
        func selection(only: [String] = [], except: [String] = []) throws -> LabelSelection {
            try LabelSelection(labels: ["dog", "cat"], only: only, except: except, labelsCome: true)
        }
        let one = try selection(only: ["dog,bell", "horn , bell"], except: ["horn", "hiss"])
        #expect(one.indices == [0] && one.awaited == ["bell", "horn", "hiss"])
        #expect(try selection(only: ["bell"]).indices == [])
        #expect(try selection(except: ["dog,cat"]).indices == [])
        // None that can come is left.
        for (only, except) in [(["dog"], ["dog"]), (["bell"], ["bell"]), ([""], []), (["bell,"], [])] {
            #expect(thrown(TacitError.self) { try selection(only: only, except: except) }?.kind == .usage)
        }
    }
}
