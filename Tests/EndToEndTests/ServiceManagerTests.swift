import Foundation
import TacitTestSupport
import Testing

/// What a service manager is told, by a socket that stands in for it.
@Suite struct ServiceManagerTests {
    private let model: ConvertedModel
    private let sound: String
    private let rate: Int

    init() throws {
        let golden = try GoldenCase(name: "llama-plain")
        rate = golden.sampleRate
        model = try ConvertedModel(golden)
        sound = try model.folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: rate), rate: UInt32(rate)))
    }

    /// The messages of a run that labels a second of sound. `name` begins with @ for one that lies in no folder.
    private func messages(
        socket name: String, _ environment: [String: String] = [:], _ arguments: [String]? = nil
    ) throws -> [String] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(name.utf8)
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        #expect(bound == 0)
        let run = try LiveRun(
            .tacit, arguments ?? ["listen", model.path, "--input", sound, "--hop", "0.2"],
            environment: environment.merging(["NOTIFY_SOCKET": name]) { $1 })
        var messages: [String] = []
        var buffer = [UInt8](repeating: 0, count: 256)
        var isOver = false
        while true {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count >= 0 {
                messages.append(String(decoding: buffer[..<count], as: UTF8.self))
            } else if isOver {
                break
            } else {
                isOver = !run.isRunning
                usleep(200)
            }
        }
        #expect(run.finish() == 0)
        return messages
    }

    /// Ready after the first label, then a sign of life with the samples. (When one finds no room, there are fewer.)
    @Test(arguments: [false, true])
    func readyAndAlive(isAbstract: Bool) throws {
        let name = isAbstract ? "@tacit-test-\(getpid())" : model.folder.path("socket")
        let messages = try messages(socket: name, ["WATCHDOG_USEC": "1"])
        #expect(messages.first == "READY=1")
        #expect(messages.count > 1)
        #expect(messages.dropFirst().allSatisfy { $0 == "WATCHDOG=1" })
        // One for every read of 1/40 s at most: nothing but samples feeds the watchdog.
        #expect(messages.count <= 41)
    }

    /// What sees is ready after its first label, too, and lives by its frames.
    @Test func watchIsReadyAndAlive() throws {
        let golden = try GoldenImages(name: "llama-full-hidden")
        let images = try ConvertedModel(base: golden.baseFolder.path, adapter: golden.adapterFolder.path)
        let frames = try images.folder.write(
            "frames.raw", (0..<10).flatMap { frame in [UInt8](repeating: UInt8(20 * frame), count: 8 * 8 * 3) })
        let watch = ["watch", images.path, "--input", frames, "--size", "8x8", "--format", "rgb24"]
        let messages = try messages(
            socket: model.folder.path("socket"), ["WATCHDOG_USEC": "1"], watch)
        #expect(messages.first == "READY=1")
        #expect(messages.count > 1)
        #expect(messages.dropFirst().allSatisfy { $0 == "WATCHDOG=1" })
        #expect(messages.count <= 11)
    }

    @Test func noSignOfLifeUnlessAsked() throws {
        #expect(try messages(socket: model.folder.path("socket")) == ["READY=1"])
    }

    @Test func anotherProcessesWatchdogIsNotFed() throws {
        let messages = try messages(
            socket: model.folder.path("socket"), ["WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"])
        #expect(messages == ["READY=1"])
    }

    /// No label, not ready.
    @Test func notReadyWithoutALabel() throws {
        try model.folder.write("a.wav", WaveFile.bytes([0, 1, 2], rate: UInt32(rate)))
        #expect(try messages(socket: model.folder.path("socket"), ["WATCHDOG_USEC": "1"]).isEmpty)
    }

    @Test(arguments: ["relative", "/no/such/socket", "@", "/" + String(repeating: "x", count: 200)])
    func whoDoesNotListenIsNotWaitedFor(name: String) throws {
        let outcome = try Executable.tacit.run(
            ["listen", model.path, "--input", sound, "--json"], environment: ["NOTIFY_SOCKET": name])
        #expect(outcome.status == 0)
        #expect(!outcome.outputLines.isEmpty)
    }
}
