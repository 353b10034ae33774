/// Whether the machine has the power, the coolness and the memory that it needs.
enum BoardCheck {
    /// Bytes that are wanted beside a model of a few dozen megabytes.
    private static let leastMemory = 48_000_000
    /// Thousandths of a degree at which boards, and at which desktops begin to slow down, where nothing says it.
    private static let hottest = 85_000
    private static let hottestDesktop = 100_000

    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        [power(patient.system), heat(patient.system), memory(patient.system)].compactMap { $0 }
    }

    /// What a Raspberry Pi's firmware tells: bits of now, and from 16 on of any time since the start.
    private static func power(_ system: System) -> Finding? {
        let firmware = [
            "/sys/devices/platform/soc/soc:firmware/get_throttled",
            "/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled",
        ]
        if let bits = firmware.compactMap({
            system.text($0).flatMap { UInt32($0.hasPrefix("0x") ? $0.dropFirst(2) : $0[...], radix: 16) }
        }).first {
            if bits & 0x1_0001 != 0 {
                return underVoltage(
                    bits & 1 != 0 ? "the supply is too weak now" : "the supply has been too weak since the start")
            }
            if bits & 0xe != 0 {
                return Finding(
                    .throttled, nil, "the processor is slowed down, since it is too hot", fix: "vcgencmd measure_temp",
                    note: "a heat sink or a fan helps")
            }
        }
        for name in system.names("/sys/class/hwmon") where system.text("/sys/class/hwmon/\(name)/name") == "rpi_volt" {
            if system.text("/sys/class/hwmon/\(name)/in0_lcrit_alarm") == "1" {
                return underVoltage("the supply is too weak now")
            }
        }
        return nil
    }

    private static func underVoltage(_ reason: String) -> Finding {
        Finding(
            .underVoltage, nil, "\(reason): USB devices fail and the processor is slowed down",
            fix: "vcgencmd get_throttled",
            note: "says 0x0 with the board's own supply and a short cable, after a restart")
    }

    private static func heat(_ system: System) -> Finding? {
        let folder = "/sys/class/thermal"
        for name in system.names(folder) where name.hasPrefix("thermal_zone") {
            guard let kind = system.text("\(folder)/\(name)/type"),
                ["cpu", "soc", "x86_pkg"].contains(where: kind.lowercased().hasPrefix),
                let degrees = system.text("\(folder)/\(name)/temp").flatMap({ Int($0) }), degrees < 1_000_000
            else { continue }
            // Where it says at what heat it would switch off: a little below.
            let critical = (0..<16).first { system.text("\(folder)/\(name)/trip_point_\($0)_type") == "critical" }
                .flatMap { system.text("\(folder)/\(name)/trip_point_\($0)_temp") }.flatMap { Int($0) }
            let usual = kind.hasPrefix("x86") ? hottestDesktop : hottest
            let limit = critical.map { $0 > 60_000 && $0 < 200_000 ? $0 - 5000 : usual } ?? usual
            if degrees >= limit {
                return Finding(
                    .hot, name, "the processor has \(degrees / 1000) degrees", fix: "cat \(folder)/\(name)/temp",
                    note: "thousandths of a degree: a heat sink or a fan helps")
            }
        }
        return nil
    }

    private static func memory(_ system: System) -> Finding? {
        // `MemAvailable:   123456 kB`
        guard let line = system.lines("/proc/meminfo").first(where: { $0.hasPrefix("MemAvailable:") }),
            let number = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }), number < leastMemory / 1000
        else { return nil }
        return Finding(
            .littleMemory, nil, "\(Bytes.text(max(0, number) * 1000)) of memory are free",
            fix: "ps -eo rss,comm --sort=-rss | head",
            note: "shows what takes most of it")
    }
}
