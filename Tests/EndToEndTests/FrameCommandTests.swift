import Foundation
import TacitTestSupport
import Testing

/// Frames from a program.
@Suite struct FrameCommandTests {
    private let model: ConvertedModel
    private let folder: TemporaryFolder

    init() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        model = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        folder = try TemporaryFolder()
    }

    private struct Line: Decodable {
        let type: String
        let time: Double
        let frame: Int?
        let reason: String?
        let lostSeconds: Double?
    }

    private static let options = ["--json", "--logits", "--on-after", "86400"]

    /// Each run gives a frame and a part of another, which is dropped.
    private func check(_ frame: [UInt8], part: Int, _ format: [String]) throws {
        let path = try folder.write("frame", frame)
        let file = try Executable.tacit.run(
            ["watch", model.path, "--input", "-"] + format + Self.options, input: frame)
        let expected = try #require(
            file.outputLines.first.flatMap { arrayText("logits", in: $0) }, "\(file.standardError)")
        let script = try folder.write("script.sh", "cat \(path); head -c \(part) \(path)".utf8)
        let run = try LiveRun(
            .tacit, ["watch", model.path, "--command", "/bin/sh \(script)"] + format + Self.options)
        var (frames, gaps) = (0, 0)
        while gaps < 3 {
            let text = try #require(run.readLine(), "\(run.standardError)")
            let line = try JSONDecoder.snakeCase.decode(Line.self, from: Data(text.utf8))
            if line.type == "gap" {
                gaps += 1
                #expect(line.reason == "command" && (line.lostSeconds ?? 0) > 0)
                #expect(line.time >= line.lostSeconds ?? .infinity)
            } else {
                #expect(line.frame == frames && gaps == frames)
                #expect(arrayText("logits", in: text) == expected)
                frames += 1
            }
        }
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
        #expect(run.standardError.contains("tacit: sh ended with status 0; started again in 0.5 s"))
    }

    @Test func rawFramesBeginAnewWithEachRun() throws {
        var random = RandomNumbers(seed: 3)
        let frame = (0..<32 * 18).map { _ in UInt8.random(in: 0...255, using: &random) }
        try check(frame, part: 300, ["--size", "24x18", "--format", "grey", "--stride", "32"])
    }

    @Test(.enabled(if: FFmpeg.isThere, "ffmpeg is not installed"))
    func picturesBeginAnewWithEachRun() throws {
        let picture = try #require(
            FFmpeg.run(["-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", "-f", "mjpeg", "-"]))
        try check(picture, part: picture.count / 2, ["--format", "mjpeg"])
    }

    @Test func whatHoldsNoPictureIsBadData() throws {
        let outcome = try Executable.tacit.run(
            ["watch", model.path, "--command", "/usr/bin/yes", "--command-silence", "0.2"])
        #expect(outcome.status == 65, "\(outcome.standardError)")
        #expect(outcome.errorLines == ["tacit: yes: no whole JPEG picture for 0.2 s, though bytes came"])
        let other = try folder.write("a.png", [0x89, 0x50, 0x4e, 0x47] + [UInt8](repeating: 9, count: 99))
        let ended = try Executable.tacit.run(["watch", model.path, "--command", "cat \(other)"])
        #expect(ended.status == 65 && ended.errorLines == ["tacit: cat: no JPEG picture in it"])
        // What it is, where that is known, and from standard input as well.
        let film = Array("YUV4MPEG2 W64 H48 F5:1\nFRAME\n".utf8) + [UInt8](repeating: 9, count: 4608)
        let reason =
            "no JPEG picture in it, but a film (Y4M): 'ffmpeg -i - -q:v 3 -f mjpeg -' makes JPEG pictures of it"
        let named = try Executable.tacit.run(
            ["watch", model.path, "--command", "cat \(try folder.write("a.y4m", film))"])
        #expect(named.status == 65 && named.errorLines == ["tacit: cat: \(reason)"], "\(named.standardError)")
        let piped = try Executable.tacit.run(["watch", model.path, "--input", "-"], input: film)
        #expect(piped.status == 65 && piped.errorLines == ["tacit: standard input: \(reason)"])
        // One that has begun may come whole the next time.
        let begun = try folder.write("a.jpg", [0xff, 0xd8, 0xff, 0xe0, 0, 16])
        let early = try Executable.tacit.run(["watch", model.path, "--command", "cat \(begun)"])
        #expect(early.status == 69 && early.errorLines == ["tacit: cat: ended with status 0"])
    }

    @Test(arguments: [
        ["--command", "'"], ["--command", "cat", "--input", "-"], ["--command", "cat", "--device", "x"],
        ["--command", "cat", "--size", "8x8"], ["--command", "cat", "--format", "grey"],
        ["--command", "cat", "--rate", "5"], ["--command", "cat", "--realtime"], ["--command-silence", "3"],
    ])
    func whatMakesNoSenseIsRefused(options: [String]) throws {
        #expect(try Executable.tacit.run(["watch", model.path] + options).status == 64)
    }

    /// Whoever looks first at a page is shown the picture that comes next.
    @Test(.enabled(if: PageRun.isPossible, "libmicrohttpd is not installed"))
    func theFirstLookAtAPage() throws {
        let path = try folder.write("frame", [UInt8](repeating: 99, count: 24 * 18))
        let script = try folder.write("script.sh", "while cat \(path); do sleep 0.02; done".utf8)
        let run = try LiveRun(
            .tacit,
            ["watch", model.path, "--command", "/bin/sh \(script)", "--size", "24x18", "--format", "grey"]
                + Self.options + ["--to", "stdout", "--to", "http://127.0.0.1:0"])
        #expect(run.readLine() != nil, "\(run.standardError)")
        var found: Int?
        _ = waitUntil {
            found = run.standardError.firstMatch(of: /page: http:\/\/127.0.0.1:([0-9]+)\//).flatMap {
                Int($0.output.1)
            }
            return found != nil
        }
        let port = try #require(found, "\(run.standardError)")
        let connection = try LoopbackConnection(port: port)
        connection.send("GET /picture.jpg HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n")
        let answer = try #require(WebAnswer(connection.readAll()))
        #expect(answer.status == 200 && answer.headers["content-type"] == "image/jpeg", "\(answer.text)")
        #expect(answer.body.starts(with: [0xff, 0xd8]))
        run.send(signal: SIGTERM)
        #expect(run.finish() == 0)
    }
}
