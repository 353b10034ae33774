import TacitDiagnostics
import TacitEvaluation
import TacitTestSupport
import Testing

/// Lists that are broken or mean harm give one error that says where.
@Suite struct HostileListTests {
    private static let header = "filename,fold,target,category\n"

    private func failure(esc50 text: String) throws -> TacitError? {
        let tree = try Tree(["meta/esc50.csv": text, "audio/a.wav": ""])
        do {
            _ = try DataSetKind.esc50.read(path: tree.path)
            return nil
        } catch let error as TacitError { return error }
    }

    @Test(arguments: [
        "../secret.wav", "/etc/passwd", "a/../../b.wav", "./a.wav", "a//b.wav", "", "a\u{1}.wav", "..",
    ])
    func namesStayInTheFolder(name: String) throws {
        let error = try failure(esc50: Self.header + "ok.wav,1,0,dog\n\(name),1,0,dog\n")
        #expect(error?.kind == .badData)
        #expect(error?.place == "line 3")
    }

    @Test(arguments: [
        ("x.wav,1,0\n", "line 2"), ("x.wav,6,0,dog\n", "line 2"), ("x.wav,1,50,dog\n", "line 2"),
        ("x.wav,1,-1,dog\n", "line 2"), ("x.wav,1,99999999999999999999,dog\n", "line 2"),
        ("x.wav,1,0,dog\ny.wav,1,0,cat\n", "line 3"), ("x.wav,1,0,\n", "line 2"), ("\"x.wav,1,0,dog\n", "line 2"),
        ("\"x.wav\"y,1,0,dog\n", "line 2"), (String(repeating: ",", count: 100) + "\n", "line 2"),
    ])
    func brokenRows(row: String, place: String) throws {
        let error = try failure(esc50: Self.header + row)
        #expect(error?.kind == .badData)
        #expect(error?.place == place)
    }

    @Test func overlongField() throws {
        let error = try failure(esc50: Self.header + String(repeating: "x", count: 70_000) + ",1,0,dog\n")
        #expect(error?.place == "line 2")
    }

    @Test func missingColumnAndEmptyFile() throws {
        #expect(try failure(esc50: "filename,fold,category\nx.wav,1,dog\n")?.reason.contains("'target'") == true)
        #expect(try failure(esc50: "")?.kind == .badData)
        let semicolons = try failure(esc50: "filename;fold;target;category\nx.wav;1;0;dog\n")
        #expect(semicolons?.reason == "no column 'filename' among 'filename;fold;target;category'")
    }

    /// Neither of two columns of one name is taken for the other.
    @Test func columnOfTwoMeanings() throws {
        let error = try failure(esc50: "filename,fold,target,category,category\nx.wav,1,0,dog,cat\n")
        #expect(error?.place == "line 1" && error?.reason == "the column 'category' is there twice")
    }

    /// What is named twice counts double, or is wrong for one of its classes.
    @Test func filesNamedTwice() throws {
        let twice = try failure(esc50: Self.header + "x.wav,1,0,dog\nx.wav,2,1,cat\n")
        #expect(twice?.reason == "is an example of split 'all' of esc-50 twice")
        // Two names, to a file system, that look the same.
        #expect(try failure(esc50: Self.header + "\u{e9}.wav,1,0,dog\ne\u{301}.wav,1,0,dog\n") == nil)
        let tree = try Tree(["testing_list.txt": "yes/a.wav\nyes/a.wav\n", "validation_list.txt": "", "yes/a.wav": ""])
        let listed = thrown(TacitError.self) { try DataSetKind.speechCommands.read(path: tree.path) }
        #expect(listed?.file == tree.path + "/yes/a.wav" && listed?.kind == .badData)
    }

    /// An editor's byte order mark is no part of the first name.
    @Test func listsWithAMark() throws {
        let tree = try Tree([
            "testing_list.txt": "\u{feff}yes/a.wav\r\n", "validation_list.txt": "\u{feff}", "yes/a.wav": "",
        ])
        let set = try DataSetKind.speechCommands.read(path: tree.path)
        #expect(set.examples.map(\.path) == [tree.path + "/yes/a.wav"])
        #expect(set.classes[set.examples[0].classes[0]] == "yes")
    }

    /// A folder of pictures, looked through for sounds.
    @Test func folderOfTheOtherSense() throws {
        let tree = try Tree(["dog/a.png": ""])
        let error = thrown(TacitError.self) { try DataSetKind.folder.read(path: tree.path) }
        #expect(error?.reason == "no examples in split 'all' of folder: no sounds in its folders")
        withExtendedLifetime(tree) {}
    }

    @Test func quotedFieldsKeepCommasAndLineEnds() throws {
        let error = try failure(esc50: Self.header + "\"a,\nb\",1,0,dog\n")
        #expect(error?.place == "line 2", "a line end is no part of a file name")
        #expect(try failure(esc50: Self.header + "\"a,\"\"b.wav\",1,0,dog\r\nc.wav,1,0,dog\r\n") == nil)
    }

    @Test func listsOfWordsStayInTheFolder() throws {
        for line in ["../x/y.wav", "/yes/a.wav", "yes", "yes/a/b.wav"] {
            let tree = try Tree(["testing_list.txt": line + "\n", "validation_list.txt": "", "yes/a.wav": ""])
            let error = thrown(TacitError.self) { try DataSetKind.speechCommands.read(path: tree.path) }
            #expect(error?.place == "line 1")
        }
    }

    @Test func absentThings() throws {
        let tree = try Tree(["x.txt": ""])
        for kind in DataSetKind.allCases where kind != .folder {
            let error = thrown(TacitError.self) { try kind.read(path: tree.path) }
            #expect(error?.kind == .noInput, "\(kind)")
        }
        #expect(throws: TacitError.self) { try DataSetKind.folder.read(path: tree.path) }
        let gone = thrown(TacitError.self) { try DataSetKind.folder.read(path: tree.path + "/none") }
        #expect(gone?.kind == .noInput)
        let split = thrown(TacitError.self) { try DataSetKind.esc50.read(path: tree.path, split: "fold-6") }
        #expect(split?.kind == .usage)
    }

    @Test func fsd50kLabelsMustBeKnown() throws {
        let tree = try Tree([
            "FSD50K.ground_truth/vocabulary.csv": "0,Bark,/m/05tny_\n",
            "FSD50K.ground_truth/eval.csv": "fname,labels,mids\n1,\"Bark,Meow\",\"/m/0,/m/1\"\n",
            "FSD50K.eval_audio/1.wav": "",
        ])
        let error = thrown(TacitError.self) { try DataSetKind.fsd50k.read(path: tree.path) }
        #expect(error?.place == "line 2")
        #expect(error?.reason.contains("Meow") == true)
    }
}
