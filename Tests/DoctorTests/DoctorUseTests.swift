import Foundation
import TacitTestSupport
import Testing

/// `tacit doctor` on what is going to be used: models, labels, folders, pages and brokers, all of them real.
@Suite struct DoctorUseTests {
    private let machine: StagedMachine
    private var model: String { machine.models.path("sound.gguf") }

    init() throws { machine = try StagedMachine() }

    /// The one finding that there is.
    private func finding(_ arguments: [String], environment: [String: String] = [:]) throws -> DoctorFinding {
        let findings = try machine.findings(arguments, environment: environment)
        #expect(findings.count == 1, "\(findings)")
        return try #require(findings.first)
    }

    // MARK: Models and labels

    @Test func noModelAnywhere() throws {
        let empty = try TemporaryFolder()
        let none = ["TACIT_MODELS": empty.path, "XDG_DATA_HOME": empty.path]
        let told = try finding([], environment: none)
        #expect(told.fault == "no-model" && told.status == 66)
        #expect(told.reason.contains(empty.path))
        #expect(told.fix == "install -D -m 644 models/sound.gguf ~/.local/share/tacit/sound.gguf")
        let named = try finding(["/nowhere/sound.gguf"])
        #expect(named.fault == "no-model" && named.subject == "/nowhere/sound.gguf" && named.status == 66)
        #expect(named.fix == "install -D -m 644 models/sound.gguf /nowhere/sound.gguf")
    }

    @Test func modelsFolderThatIsNone() throws {
        let data = try TemporaryFolder()
        try data.copy(model, as: "tacit.gguf")
        try data.write("tacit/sound.gguf", Data(contentsOf: URL(fileURLWithPath: model)))
        let told = try finding([], environment: ["TACIT_MODELS": "/nowhere", "XDG_DATA_HOME": data.path])
        #expect(told.fault == "no-model" && told.subject == "/nowhere" && told.fix == "unset TACIT_MODELS")
    }

    @Test(arguments: ["cut", "flipped"]) func brokenModels(damage: String) throws {
        var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: model)))
        if damage == "cut" { bytes.removeLast(bytes.count / 3) } else { bytes[bytes.count - 100] ^= 1 }
        try machine.models.write("sound.gguf", bytes)
        for arguments in [[], [model]] {
            let told = try finding(arguments)
            #expect(told.fault == "broken-model" && told.status == 65 && told.subject?.hasSuffix("/sound.gguf") == true)
            #expect(told.fix.hasPrefix("install -D -m 644 models/sound.gguf /"))
        }
    }

    @Test func labelsOfOtherModelsAndNone() throws {
        let labels = machine.models.path("my.labels")
        #expect(try finding(["--labels", labels]).fault == "no-labels")
        let golden = try GoldenCase(name: "gpt2-sliding")
        let other = try ConvertedModel(golden)
        let sound = try other.folder.write(
            "a.wav", WaveFile.bytes(Sounds.glide(samples: 2 * golden.sampleRate), rate: UInt32(golden.sampleRate)))
        #expect(
            try Executable.tacit.run(["learn", other.path, "bell", sound, sound, "--labels", labels]).status == 0)
        let told = try finding(["--labels", labels])
        #expect(told.fault == "other-models-labels" && told.status == 65 && told.subject == labels)
        #expect(told.fix == "tacit learn \(model) --renew --labels \(labels)")
        #expect(try machine.findings([other.path, "--labels", labels]) == [])
        // Without clips there is nothing to teach them by.
        let bare = machine.models.path("bare.labels")
        #expect(
            try Executable.tacit.run(["learn", other.path, "bell", sound, sound, "--no-clips", "--labels", bare]).status
                == 0)
        let bareTold = try finding(["--labels", bare])
        #expect(bareTold.fault == "other-models-labels" && bareTold.fix == "mv \(bare) \(bare).other")
        try machine.models.write("my.labels", Array("GGUF".utf8))
        let broken = try finding(["--labels", labels])
        #expect(broken.fault == "broken-labels" && broken.status == 65)
        #expect(broken.fix == "mv \(labels) \(labels).broken")
    }

    // MARK: Folders

    @Test func foldersThatCannotBeWritten() throws {
        let folder = machine.models
        for (to, fault) in [
            ("clips:\(folder.path)/a/b", "no-folder"), ("jsonl:\(folder.path)/a/lines", "no-folder"),
            ("jsonl:\(folder.path)", "folder-in-place"), ("clips:\(model)", "no-folder"),
            ("clips:/", "folder-forbidden"),
        ] {
            let told = try finding(["--to", to])
            #expect(told.fault == fault && told.status == 73, "\(to): \(told)")
        }
        #expect(try finding(["--to", "clips:\(folder.path)/a/b"]).fix == "mkdir -p \(folder.path)/a/b")
        try machine.calls(["disk\t\(folder.path)\t5000000000\t9000000000\tro"])
        let told = try finding(["--to", "clips:\(folder.path)"])
        #expect(told.fault == "read-only-disk" && told.fix == "sudo mount -o remount,rw /")
    }

    @Test func aFolderWhereLabelsShouldBe() throws {
        let folder = machine.models.path
        #expect(try finding(["--labels", folder]).fault == "no-labels")
        // Where they are going to be corrected a file will be written.
        let token = try machine.models.write("token", "0123456789abcdef0123456789abcdef\n".utf8)
        let page = ["--to", "http://localhost:\(try LoopbackPort.unused())", "--http-token-file", token]
        let told = try finding(["--labels", folder] + page)
        #expect(told.fault == "folder-in-place" && told.status == 73 && told.fix == "ls -la \(folder)")
    }

    @Test func disksWithoutRoom() throws {
        let folder = machine.models
        // More than any disk has is to be left free: a real one.
        let clips = try finding(["--to", "clips:\(folder.path)", "--clip-reserve", "1000000G"])
        #expect(clips.fault == "full-disk" && clips.status == 73 && clips.reason.contains("no clip is kept"))
        try machine.calls(["disk\t\(folder.path)\t10000\t9000000000"])
        let lines = try finding(["--to", "jsonl:\(folder.path)/lines"])
        #expect(lines.fault == "full-disk" && lines.reason == "10.0 kB of 9.0 GB are free")
    }

    // MARK: Pages

    @Test func portsThatAreTaken() throws {
        let own = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(own) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                #expect(bind(own, $0, length) == 0 && listen(own, 1) == 0 && getsockname(own, $0, &length) == 0)
            }
        }
        let port = UInt16(bigEndian: address.sin_port)
        // Who has it, in the words of a machine's own files.
        let hexadecimal = String(port, radix: 16, uppercase: true)
        try machine.write(
            "proc/net/tcp",
            "  sl  local_address rem_address   st\n"
                + "   0: 0100007F:\(hexadecimal) 00000000:0000 0A 0:0 00:0 0 1000 0 4242 1\n"
        )
        try machine.write("proc/90/comm", "python3\n")
        try machine.link("proc/90/fd/3", "socket:[4242]")
        let told = try finding(["--to", "http://127.0.0.1:\(port)"])
        #expect(told.fault == "port-taken" && told.status == 73 && told.fix == "kill 90")
        #expect(told.reason.contains("python3 (pid 90)"))
        let nowhere = try finding(["--to", "http://192.0.2.7:8080", "--http-token-file", token()])
        #expect(nowhere.fault == "page-address")
        let secret = try finding(["--to", "http://127.0.0.1:0", "--http-token-file", machine.models.path("none")])
        #expect(secret.fault == "secret-file" && secret.status == 66)
        #expect(try machine.findings(["--to", "http://127.0.0.1:0", "--http-token-file", token()]) == [])
    }

    private func token() throws -> String { try machine.models.write("token", "0123456789abcdef\n".utf8) }

    @Test(arguments: [
        ("http://127.0.0.1:0", "libmicrohttpd.so.12", "libmicrohttpd12"),
        ("mqtt://127.0.0.1", "libmosquitto.so.1", "libmosquitto1"),
    ])
    func librariesThatAreMissing(to: String, library: String, package: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(library, Array("no library".utf8))
        let told = try finding(["--to", to], environment: ["LD_LIBRARY_PATH": folder.path])
        #expect(told.fault == "no-library" && told.fix == "sudo apt install \(package)" && told.status == 73)
    }

    // MARK: Brokers

    @Test func brokersThatAreNotThere() throws {
        let host = try finding(["--to", "mqtt://no-such-host.invalid"])
        #expect(host.fault == "unknown-host" && host.status == 73)
        #expect(host.fix == "getent hosts no-such-host.invalid")
        let silent = try finding(["--to", "mqtt://127.0.0.1:1"])
        #expect(silent.fault == "unreachable" && silent.reason.contains("refused"))
    }

    @Test(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
    func brokersThatRefuse() throws {
        let folder = machine.models
        let broker = try Mosquitto.withPassword(in: folder)
        try broker.start()
        let listener = try LiveRun(
            Executable(path: "/usr/bin/mosquitto_sub"),
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-u", "me", "-P", "secret", "-t", "#", "-F", "%r %t %p"])
        let me = ["-u", "me", "-P", "secret"]
        // Once it has what it asked for, what is said is heard.
        func isListening() throws -> Bool {
            try broker.publish("test/ready", "x", retained: false, me)
            return listener.readLine(limit: 0.2) != nil
        }
        for _ in 0..<100 where try isListening() { break }
        let wrong = try folder.write("wrong", "guess".utf8)
        let right = try folder.write("right", "secret".utf8)
        let told = try finding(["--to", "mqtt://me@\(broker.address)", "--mqtt-password-file", wrong])
        #expect(told.fault == "broker-refusal" && told.status == 73)
        #expect(told.fix == "sudo mosquitto_passwd /etc/mosquitto/passwd me")
        #expect(try finding(["--to", "mqtt://\(broker.address)"]).fault == "broker-refusal")
        #expect(
            try machine.findings(["--to", "mqtt://me@\(broker.address)/here", "--mqtt-password-file", right]) == [])
        // Nothing was said there, not even at the end.
        try broker.publish("test/end", "x", retained: false, me)
        while let line = listener.readLine() {
            #expect(line.hasPrefix("0 test/"), "\(line)")
            if line.hasPrefix("0 test/end") { break }
        }
    }

    @Test(.enabled(if: Mosquitto.isThere, "Mosquitto is not installed"))
    func brokersThatNobodyVouchesFor() throws {
        let folder = machine.models
        let broker = try Mosquitto.withCertificate(in: folder)
        try broker.start()
        let told = try finding(["--to", "mqtts://\(broker.address)"])
        #expect(told.fault == "certificate" && told.status == 73, "\(told)")
        #expect(told.fix == "openssl s_client -showcerts -connect \(broker.address) </dev/null")
        let own = ["--mqtt-ca-file", folder.path("cert.pem")]
        #expect(try machine.findings(["--to", "mqtts://\(broker.address)"] + own) == [])
        // What is given back is overwritten at once, so that giving it back twice is noticed.
        let strict = ["GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.perturb=165"]
        let none = try finding(
            ["--to", "mqtts://\(broker.address)", "--mqtt-ca-file", folder.path("none.pem")], environment: strict)
        #expect(none.fault == "certificate")
        // Nobody is asked for a pass phrase.
        let mine = try Certificate(in: folder, "mine")
        let key = try mine.encryptedKey(by: "ec")
        let encrypted = try finding(
            ["--to", "mqtts://\(broker.address)", "--mqtt-cert-file", mine.path, "--mqtt-key-file", key] + own)
        #expect(encrypted.fault == "certificate" && encrypted.reason.contains("\(key): is encrypted"), "\(encrypted)")
    }
}
