import Foundation
import TacitDevices
import TacitTestSupport
import Testing

/// Who has a microphone, from trees that stand in for /proc.
@Suite struct DeviceHoldersTests {
    private let folder: TemporaryFolder
    private var holders: DeviceHolders { DeviceHolders(root: folder.path) }

    init() throws { folder = try TemporaryFolder() }

    private func own(_ pcm: String, _ owner: String, state: String = "state: RUNNING") throws {
        try folder.write("asound/\(pcm)/sub0/status", "\(state)\nowner_pid   : \(owner)\ntrigger_time: 1.2\n".utf8)
    }

    private func process(_ number: Int, _ name: String, group: Int? = nil) throws {
        try folder.write("\(number)/comm", "\(name)\n".utf8)
        try folder.write("\(number)/status", "Name:\t\(name)\nTgid:\t\(group ?? number)\nPid:\t\(number)\n".utf8)
    }

    private func link(_ process: Int, _ descriptor: Int, to node: String) throws {
        let path = folder.path("\(process)/fd")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: "\(path)/\(descriptor)", withDestinationPath: node)
    }

    private func words(card: Int?, device: Int?) -> String? {
        DeviceHolders.words(holders.ofMicrophone(card: card, device: device))
    }

    @Test func theOwnerIsNamed() throws {
        try own("card1/pcm0c", "1234")
        try own("card0/pcm0c", "77")
        try own("card1/pcm0p", "99")
        try process(1234, "arecord")
        #expect(words(card: 1, device: 0) == "arecord (process 1234)")
        #expect(words(card: 1, device: nil) == "arecord (process 1234)")
        #expect(words(card: 1, device: 2) == nil)
        #expect(words(card: 2, device: 0) == nil)
        // One that nothing more is known of, and both where the card isn't known.
        #expect(words(card: 0, device: 0) == "process 77")
        #expect(words(card: nil, device: nil) == "process 77, arecord (process 1234)")
    }

    /// A sound server opens a card in a thread with a name of its own.
    @Test func aThreadIsItsProcess() throws {
        try own("card0/pcm0c", "501")
        try process(501, "alsa-source-USB", group: 500)
        try process(500, "pulseaudio")
        #expect(words(card: 0, device: 0) == "pulseaudio (process 500)")
    }

    @Test func whatIsClosedHasNoOwner() throws {
        try folder.write("asound/card0/pcm0c/sub0/status", "closed\n".utf8)
        #expect(words(card: 0, device: 0) == nil)
        #expect(DeviceHolders(root: folder.path("nothing")).ofMicrophone(card: nil, device: nil).isEmpty)
    }

    @Test func thePartsOfAnInput() throws {
        try own("card1/pcm0c", "77")
        try folder.write("asound/card1/pcm0c/sub1/status", "closed\n".utf8)
        try folder.write("asound/card1/pcm0c/sub2/status", "state: RUNNING\nowner_pid   : -1\n".utf8)
        let processes = Processes(root: folder.path)
        #expect(processes.captureOwners(card: 1, device: 0) == [.thread(77), .nobody, .unknown])
        #expect(processes.captureOwners(card: 1, device: 1).isEmpty)
    }

    /// Without ALSA's notes: whose descriptors lead there.
    @Test func descriptorsTellAsWell() throws {
        try process(10, "ffmpeg")
        try link(10, 3, to: "/dev/snd/pcmC2D1c")
        try process(9, "aplay")
        try link(9, 3, to: "/dev/snd/pcmC2D1p")
        try link(9, 4, to: "/dev/snd/controlC2")
        #expect(words(card: 2, device: 1) == "ffmpeg (process 10)")
        #expect(words(card: nil, device: nil) == "ffmpeg (process 10)")
        #expect(words(card: 2, device: 0) == nil)
        #expect(words(card: 1, device: 1) == nil)
    }

    @Test func thereAreNotTooMany() throws {
        for number in 1...5 {
            try process(number, "p\(number)")
            try link(number, 3, to: "/dev/snd/pcmC0D0c")
        }
        #expect(words(card: 0, device: 0) == "p1 (process 1), p2 (process 2), p3 (process 3) and 2 more")
    }

    /// A process calls itself as it likes, and may be gone meanwhile.
    @Test(arguments: [
        ("evil\u{1b}[31m\u{202e}", "evil?[31m? (process 7)"), ("\u{1}\u{2}", "process 7"), ("", "process 7"),
        (String(repeating: "x", count: 5000), String(repeating: "x", count: 64) + " (process 7)"),
        ("a\nb", "a (process 7)"),
    ])
    func namesAreHarmless(name: String, expected: String) throws {
        try own("card0/pcm0c", "7")
        try folder.write("7/comm", name.utf8)
        #expect(words(card: 0, device: 0) == expected)
    }

    @Test(arguments: ["", "0", "-1", "99999999999999999999", "12x", "../../etc", "\u{0}", " ", "4294967296"])
    func whatIsNoProcessIsNone(owner: String) throws {
        try own("card0/pcm0c", owner)
        #expect(words(card: 0, device: 0) == nil)
    }

    @Test func otherNamesAreNoCards() throws {
        for name in ["cardx/pcm0c", "card/pcm0c", "card99999999999999999999/pcm0c", "card0/pcmc", "card0/pcm-1c"] {
            try own(name, "7")
        }
        // A folder where a file should be, and bytes that are no text.
        try folder.write("asound/card1/pcm0c/sub0/status/deep", [])
        try folder.write(
            "asound/card2/pcm0c/sub0/status", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7 | 128) })
        #expect(words(card: nil, device: nil) == nil)
    }

    @Test(
        arguments: [
            ("hw:1", 1, 0), ("hw:1,3", 1, 3), ("plughw:2,0", 2, 0), ("hw:CARD=1,DEV=2", 1, 2),
            ("hw:DEV=2,CARD=1", 1, 2),
            ("sysdefault:CARD=1", 1, nil), ("default", nil, nil), ("hw:CARD=no-such-card", nil, 0), ("pulse", nil, nil),
        ] as [(String, Int?, Int?)])
    func whereAMicrophoneIs(name: String, card: Int?, device: Int?) {
        let place = MicrophonePlace(name)
        #expect(place.card == card)
        #expect(place.device == device)
    }
}
