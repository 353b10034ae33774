import TacitTestSupport
import Testing

/// Numbers that are no process's are never what is to be killed.
@Suite struct StrangeHolderTests {
    @Test(arguments: ["-1", "0", "1", "2147483648", "-77"])
    func ofAnOwner(number: String) throws {
        let machine = try StagedMachine()
        try machine.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : \(number)\n")
        try expectNoKill(try machine.findings())
    }

    @Test(arguments: ["-1", "0", "1", "2147483648"])
    func ofAThreadsProcess(number: String) throws {
        let machine = try StagedMachine()
        try machine.write("proc/asound/card1/pcm0c/sub0/status", "state: RUNNING\nowner_pid   : 79\n")
        try machine.write("proc/79/status", "Name:\tx\nTgid:\t\(number)\nPid:\t79\n")
        try expectNoKill(try machine.findings())
    }

    private func expectNoKill(_ findings: [DoctorFinding]) throws {
        let finding = try #require(findings.first)
        #expect(finding.fault == "microphone-busy" && finding.reason == "is in use by another program")
        #expect(finding.fix == "fuser -v /dev/snd/*")
    }
}
