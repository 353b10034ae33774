import Foundation
import TacitTestSupport
import Testing

/// Names that shells, terminals and JSON stumble over.
@Suite struct FileNameTests {
    private let model: ConvertedModel
    private let sound: String

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        model = try ConvertedModel(golden)
        sound = golden.path(of: golden.sounds[0])
    }

    @Test(arguments: [
        "with space.wav", "new\nline.wav", "tab\there.wav", "quo\"te'.wav", "back\\slash.wav", "-dash.wav", "--json",
        "\u{1b}[31mred.wav", "bell\u{7}.wav", "ünï\u{301}.wav", "音.wav", "🐕.wav", "{\"a\":1}.wav", "%s%n.wav",
        "$(id).wav",
        "line\u{2028}separator.wav", "c1\u{9b}31m.wav",
    ])
    func strangeNames(name: String) throws {
        let folder = try TemporaryFolder()
        try folder.copy(sound, as: name)
        try folder.write("bad", Array("x".utf8))
        for command in ["classify", "embed"] {
            let outcome = try Executable.tacit.run([command, "--json", "--", model.path, name], folder: folder.path)
            #expect(outcome.status == 0, "\(outcome.standardError)")
            #expect(outcome.outputLines.count == 1)
            #expect(try ResultLine.lines(of: outcome).map(\.path) == [name])
            let plain = try Executable.tacit.run([command, "--", model.path, name], folder: folder.path)
            #expect(plain.status == 0)
            #expect(plain.outputLines.count == 1)
            #expect(
                !plain.standardOutput.unicodeScalars.contains {
                    ($0.value < 0x20 && $0 != "\n") || (0x7f...0x9f).contains($0.value)
                })
        }
        // In errors too: one line, with nothing in it that moves a terminal's cursor.
        try FileManager.default.removeItem(atPath: folder.path(name))
        try FileManager.default.moveItem(atPath: folder.path("bad"), toPath: folder.path(name))
        let outcome = try Executable.tacit.run(["classify", "--json", "--", model.path, name], folder: folder.path)
        #expect(outcome.status == 65)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 1)
        #expect(
            !outcome.standardError.unicodeScalars.contains {
                ($0.value < 0x20 && $0 != "\n") || (0x7f...0x9f).contains($0.value)
            })
    }

    /// Bytes that are no UTF-8 are fine in a file's name; JSON must stay UTF-8 all the same.
    @Test func namesThatAreNotUTF8() throws {
        let folder = try TemporaryFolder()
        let script = """
            cd "$0" && cp "$1" "$(printf 'a\\377b.wav')" && cp "$1" "$(printf '\\300\\257.wav')" || exit 99
            "$2" classify --json "$3" *.wav
            """
        let outcome = try Executable.shell.run(["-c", script, folder.path, sound, Executable.tacit.path, model.path])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        #expect(String(validating: outcome.output, as: UTF8.self) != nil)
        #expect(try ResultLine.lines(of: outcome).count == 2)
        #expect(outcome.errors.isEmpty)
    }

    /// In variables, too.
    @Test func foldersThatAreNotUTF8() throws {
        let folder = try TemporaryFolder()
        let script = """
            folder=$(printf '%s/f\\377' "$0") && mkdir -p "$folder/tacit" && cp "$1" "$folder/tacit/sound.gguf" && cd / || exit 99
            TACIT_MODELS=$folder/tacit "$2" classify "$3" && XDG_DATA_HOME=$folder "$2" classify "$3"
            """
        let outcome = try Executable.shell.run(
            ["-c", script, folder.path, model.path, Executable.tacit.path, sound])
        #expect(outcome.status == 0 && outcome.outputLines.count == 2, "\(outcome.standardError)")
    }

    /// They are written as they are named, and found again.
    @Test func filesThatAreMadeUnderNamesThatAreNotUTF8() throws {
        let golden = try GoldenCase(name: "llama-plain")
        let folder = try TemporaryFolder()
        let script = """
            cd "$0" && folder=$(printf 'f\\377') && mkdir "$folder" && cp -r "$1" "$folder/base" || exit 99
            "$5" --base "$folder/base" --adapter "$2" -o "$folder/$folder.gguf" \
            --report "$folder/$folder.json" >out || exit
            for i in 1 2; do "$4" learn "$folder/$folder.gguf" bell "$3" --labels "$folder.labels" >>out || exit; done
            "$4" learn --list --labels "$folder.labels" && cat "$folder/$folder.json" >>out && \
            ls | wc -l && ls "$folder" | wc -l
            """
        let outcome = try Executable.shell.run([
            "-c", script, folder.path, golden.baseFolder.path, golden.adapterFolder.path, sound, Executable.tacit.path,
            Executable.convert.path,
        ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        #expect(outcome.outputLines.first?.hasPrefix("bell  2 examples") == true)
        #expect(outcome.outputLines.dropFirst().map { $0.trimmingCharacters(in: .whitespaces) } == ["3", "3"])
    }

    /// In a folder as well, where one such name must not hinder all others.
    @Test func foldersOfNamesThatAreNotUTF8() throws {
        let golden = try GoldenImages(name: "gpt2-grey")
        let model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let folder = try TemporaryFolder()
        let script = """
            cd "$0" && for class in "$(printf 'x\\351')" "$4"; do
                mkdir "$class" && cp "$1" "$class/$(printf 'a\\377b.png')" && cp "$1" "$class/z.png" || exit 99
            done
            touch "$(printf '\\300.txt')" && "$2" classify --json "$3" . && "$2" watch --json --every 0.5 "$3" --input .
            mv "$(printf 'x\\351')" "$5" && "$2" eval --json "$3" --dataset folder:.
            """
        let outcome = try Executable.shell.run([
            "-c", script, folder.path, golden.path(of: golden.images[0]), Executable.tacit.path, model.path,
            golden.labels[0],
            golden.labels[1],
        ])
        #expect(outcome.status == 0, "\(outcome.standardError)")
        #expect(outcome.errors.isEmpty, "\(outcome.standardError)")
        #expect(String(validating: outcome.output, as: UTF8.self) != nil)
        #expect(outcome.outputLines.filter { $0.contains("\"path\":\"./") }.count == 4)
        #expect(outcome.outputLines.filter { $0.contains("\"type\":\"labels\"") }.count == 4)
        #expect(outcome.outputLines.last?.contains("\"count\":4,") == true)
    }

    @Test func modelsOfStrangeNames() throws {
        let folder = try TemporaryFolder()
        let name = "mo\"del\n.gguf"
        try folder.copy(model.path, as: name)
        let shown = try Executable.tacit.run(["show", "--json", name], folder: folder.path)
        #expect(shown.status == 0)
        #expect(shown.outputLines.count == 1)
        let value = try JSONSerialization.jsonObject(with: Data(shown.output)) as? [String: Any]
        #expect(value?["path"] as? String == name)
        #expect(try Executable.tacit.run(["classify", name, sound], folder: folder.path).status == 0)
    }
}
