/// Whether the wall clock is right, by which labels are dated and clips are named.
enum ClockCheck {
    /// The first of January 2026: no machine that runs this was switched on earlier.
    private static let beginning = 1_767_225_600

    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        let calls = patient.system.calls
        let fix = "sudo timedatectl set-ntp true"
        let note = "without a network: a clock module with a battery"
        guard calls.time >= beginning else {
            return [Finding(.clockWrong, nil, "the clock stands before 2026", fix: fix, note: note)]
        }
        // timesyncd's word that it has been set since the machine was started.
        if patient.system.exists("/run/systemd/timesync/synchronized") { return [] }
        guard calls.isClockKept == false else { return [] }
        return [Finding(.clockFree, nil, "nothing keeps the clock right", fix: fix, note: note)]
    }
}
