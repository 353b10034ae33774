import Glibc
import TacitDiagnostics
import TacitEvaluation
import TacitTestSupport
import Testing

/// Each data set in the layout it is published in, as a tiny tree.
@Suite struct LayoutTests {
    /// Relative path and class names of each example.
    private func listing(_ tree: Tree, _ kind: DataSetKind, _ split: String?) throws -> [String] {
        let set = try kind.read(path: tree.path, split: split)
        #expect(set.split == split ?? kind.defaultSplit)
        return set.examples.map { example in
            let name = example.path.dropFirst(tree.path.count + 1)
            return "\(name) \(example.classes.map { set.classes[$0] }.joined(separator: "+"))"
        }
    }

    private static let esc50 = """
        filename,fold,target,category,esc10,src_file,take
        1-100032-A-0.wav,1,0,dog,True,100032,A
        5-1000-A-14.wav,5,14,chirping_birds,False,1000,A
        5-1001-A-0.wav,5,0,dog,True,1001,A

        """

    @Test func esc50AsPublished() throws {
        let tree = try Tree(["meta/esc50.csv": Self.esc50, "audio/1-100032-A-0.wav": ""])
        #expect(try listing(tree, .esc50, "fold-1") == ["audio/1-100032-A-0.wav dog"])
        #expect(
            try listing(tree, .esc50, "fold-5") == [
                "audio/5-1000-A-14.wav chirping_birds", "audio/5-1001-A-0.wav dog",
            ])
        #expect(try listing(tree, .esc50, nil).count == 3)
        #expect(throws: TacitError.self) { try DataSetKind.esc50.read(path: tree.path, split: "fold-2") }
    }

    @Test func esc50WithLicenceColumnAndWindowsLineEnds() throws {
        let text = "filename,fold,target,category,esc10,src_file,take,licence\r\n1-1-A-3.ogg,1,3,cow,True,1,A,CC0\r\n"
        let tree = try Tree(["meta/esc50.csv": text, "audio/1-1-A-3.ogg": ""])
        #expect(try listing(tree, .esc50, "fold-1") == ["audio/1-1-A-3.ogg cow"])
    }

    @Test func speechCommandsAsTable() throws {
        let table = """
            filename,label,speaker,split
            silence/1.ogg,silence,,train
            yes/a.ogg,yes,s1,test
            unknown/b.ogg,unknown,s2,test
            """
        let tree = try Tree(["meta/words.csv": table, "audio/yes/a.ogg": ""])
        #expect(try listing(tree, .speechCommands, "train") == ["audio/silence/1.ogg silence"])
        #expect(try listing(tree, .speechCommands, nil) == ["audio/yes/a.ogg yes", "audio/unknown/b.ogg unknown"])
    }

    @Test func speechCommandsAsPublished() throws {
        let tree = try Tree([
            "testing_list.txt": "yes/a_nohash_0.wav\nbed/b_nohash_0.wav\n",
            "validation_list.txt": "no/c_nohash_0.wav\n",
            "yes/a_nohash_0.wav": "", "yes/d_nohash_0.wav": "", "bed/b_nohash_0.wav": "", "bed/e_nohash_1.wav": "",
            "no/c_nohash_0.wav": "", "_background_noise_/hum.wav": "", "README.md": "",
        ])
        #expect(
            try listing(tree, .speechCommands, "test") == ["yes/a_nohash_0.wav yes", "bed/b_nohash_0.wav unknown"])
        #expect(try listing(tree, .speechCommands, "validation") == ["no/c_nohash_0.wav no"])
        #expect(
            try listing(tree, .speechCommands, "train") == ["bed/e_nohash_1.wav unknown", "yes/d_nohash_0.wav yes"])
    }

    @Test func speechCommandsTestSetAsPublished() throws {
        let tree = try Tree(["_silence_/0.wav": "", "_unknown_/1.wav": "", "go/2.wav": "", "go/notes.txt": ""])
        #expect(
            try listing(tree, .speechCommands, "test") == [
                "_silence_/0.wav silence", "_unknown_/1.wav unknown", "go/2.wav go",
            ])
    }

    @Test func gtzan() throws {
        let tree = try Tree([
            "genres/rock/rock.00001.au": "", "genres/rock/rock.00000.au": "", "genres/blues/blues.00000.wav": "",
            "genres/rock/.hidden.au": "", "genres/bextract_single.mf": "",
        ])
        #expect(
            try listing(tree, .gtzan, nil) == [
                "genres/blues/blues.00000.wav blues", "genres/rock/rock.00000.au rock",
                "genres/rock/rock.00001.au rock",
            ])
    }

    /// It has no split of its own: by the last digit of a clip's number.
    @Test func gtzanInParts() throws {
        let tree = try Tree([
            "genres_original/jazz/jazz.00050.wav": "", "genres_original/jazz/jazz.00051.wav": "",
            "genres_original/jazz/jazz.00054.wav": "", "genres_original/jazz/jazz.00059.wav": "",
        ])
        #expect(try listing(tree, .gtzan, "test") == ["genres_original/jazz/jazz.00050.wav jazz"])
        #expect(try listing(tree, .gtzan, "val") == ["genres_original/jazz/jazz.00051.wav jazz"])
        #expect(try listing(tree, .gtzan, "train") == ["genres_original/jazz/jazz.00059.wav jazz"])
        #expect(try listing(tree, .gtzan, "all").count == 3)
        let odd = try Tree(["genres/jazz/blue.wav": ""])
        #expect(try listing(odd, .gtzan, nil).count == 1)
        #expect(throws: TacitError.self) { try DataSetKind.gtzan.read(path: odd.path, split: "test") }
        let nothing = try Tree(["jazz/jazz.00000.wav": ""])
        #expect(throws: TacitError.self) { try DataSetKind.gtzan.read(path: nothing.path) }
    }

    @Test func fsd50k() throws {
        let tree = try Tree([
            "FSD50K.ground_truth/vocabulary.csv":
                "0,Accordion,/m/0mkg\n1,Bark,/m/05tny_\n2,\"Chewing_and_mastication\",/m/03cczk\n",
            "FSD50K.ground_truth/dev.csv":
                "fname,labels,mids,split\n64760,\"Bark,Accordion\",\"/m/05tny_,/m/0mkg\",train\n"
                + "16399,Bark,/m/05tny_,val\n",
            "FSD50K.ground_truth/eval.csv": "fname,labels,mids\n37199,Chewing_and_mastication,/m/03cczk\n",
            "FSD50K.dev_audio/64760.wav": "", "FSD50K.eval_audio/37199.wav": "",
        ])
        #expect(try listing(tree, .fsd50k, "train") == ["FSD50K.dev_audio/64760.wav Accordion+Bark"])
        #expect(try listing(tree, .fsd50k, "val") == ["FSD50K.dev_audio/16399.wav Bark"])
        #expect(try listing(tree, .fsd50k, nil) == ["FSD50K.eval_audio/37199.wav Chewing_and_mastication"])
        #expect(try DataSetKind.fsd50k.read(path: tree.path).isMultilabel)
    }

    @Test func folderPerClass() throws {
        let tree = try Tree(["b/2.FLAC": "", "a/1.ogg": "", "a/cover.jpg": "", "readme.txt": ""])
        #expect(try listing(tree, .folder, nil) == ["a/1.ogg a", "b/2.FLAC b"])
    }

    /// The set that a tree is, which stays until it is read.
    private func folder(_ tree: Tree) throws -> DataSet {
        defer { withExtendedLifetime(tree) {} }
        return try DataSetKind.folder.read(path: tree.path)
    }

    @Test(arguments: ["a.voc", "a.8svx", "a.SPH", "a.wave", "a.mpga", "a.svx", "a.iff", "a.nist"])
    func whatIsReadIsListed(name: String) throws {
        let set = try folder(try Tree(["dog/\(name)": ""]))
        #expect(set.examples.count == 1 && set.leftOut.isEmpty && !set.lacksExamples)
    }

    /// Whatever lies in a class's folder is an example or is named.
    @Test func whatIsNoExampleIsNamed() throws {
        let tree = try Tree([
            "a/1.wav": "", "a/note.txt": "", "a/night/2.wav": "", "b/1.wav": "", "b/empty/note.txt": "", "c/1.wav": "",
            "d/1.wav": "", "e/e/e/x.wav": "",
        ])
        try #require(symlink("nowhere", "\(tree.path)/c/2.wav") == 0)
        try #require(symlink("1.wav", "\(tree.path)/c/3.wav") == 0)
        try #require(mkfifo("\(tree.path)/d/2.wav", 0o600) == 0)
        try #require(symlink("..", "\(tree.path)/b/empty/up") == 0)
        let set = try DataSetKind.folder.read(path: tree.path)
        let names = set.examples.map { String($0.path.dropFirst(tree.path.count + 1)) }
        #expect(names == ["a/1.wav", "b/1.wav", "c/1.wav", "c/3.wav", "d/1.wav"])
        #expect(
            set.leftOut == [
                "\(tree.path)/a: left out 1 file with .txt (note.txt), 1 folder (night), which is not read here",
                "\(tree.path)/b: left out 1 folder (empty), which is not read here",
                "\(tree.path)/c: left out 1 link that leads nowhere (2.wav), which is not read here",
                "\(tree.path)/d: left out 1 pipe (2.wav), which is not read here",
                "\(tree.path)/e: left out 1 folder (e), which leaves nothing of this class",
            ])
        #expect(set.lacksExamples)
    }

    /// Published sets whose classes are folders are looked through as home-made ones are.
    @Test func whatIsNoExampleIsNamedInPublishedSets() throws {
        let pictures = try Tree(["test/cat/1.png": "", "test/cat/2.bmp": "", "test/dog/1.png": ""])
        let words = try Tree([
            "_silence_/1.wav": "", "yes/1.wav": "", "yes/2.wma": "", "_background_noise_/a.txt": "",
        ])
        let lists = try Tree([
            "testing_list.txt": "", "validation_list.txt": "yes/1.wav\n", "yes/1.wav": "", "yes/2.wav": "",
            "yes/3.wma": "", "_background_noise_/a.wma": "",
        ])
        let sets = [
            (try DataSetKind.cifar10.read(path: pictures.path), 2, ["cat: left out 1 file with .bmp (2.bmp)"]),
            (
                try DataSetKind.speechCommands.read(path: words.path), 2,
                ["_background_noise_: left out 1 file with .txt (a.txt)", "yes: left out 1 file with .wma (2.wma)"]
            ),
            (
                try DataSetKind.speechCommands.read(path: lists.path, split: "train"), 1,
                ["yes: left out 1 file with .wma (3.wma)"]
            ),
        ]
        for (set, count, notes) in sets {
            #expect(set.examples.count == count && set.lacksExamples)
            #expect(set.leftOut.count == notes.count)
            for (note, expected) in zip(set.leftOut, notes) { #expect(note.contains(expected), "\(note)") }
        }
        withExtendedLifetime((pictures, words, lists)) {}
    }

    /// The figure is that of all, unless what was left out may have been an example.
    @Test func onlyWhatMayBeAnExampleIsMissed() throws {
        for (file, isMissed) in [
            ("a/note.txt", false), ("a/notes/note.txt", false), ("a/x.wma", true), ("a/night/2.wav", true),
            ("a/night/deep/2.m4a", true), ("a/night/2.png", false),
        ] {
            let set = try folder(try Tree(["a/1.wav": "", file: ""]))
            #expect(set.lacksExamples == isMissed, "\(file)")
            #expect(set.leftOut.count == 1)
        }
        // A circle of links holds nothing new, and ends.
        let tree = try Tree(["a/1.wav": "", "a/notes/note.txt": ""])
        try #require(symlink("..", "\(tree.path)/a/notes/up") == 0)
        #expect(try !folder(tree).lacksExamples)
    }

    @Test func labelsAreMatchedByName() throws {
        let tree = try Tree(["dog/1.wav": "", "cat/1.wav": "", "empty/notes.txt": ""])
        let set = try DataSetKind.folder.read(path: tree.path)
        #expect(try set.labelIndices(among: ["rain", "dog", "cat"], model: "m.gguf") == [2, 1, nil])
        let error = thrown(TacitError.self) {
            try set.labelIndices(among: ["dog", "rain"], model: "m.gguf")
        }
        #expect(error?.description.contains("'cat'") == true)
        #expect(error?.kind == .badData)
    }
}
