import Glibc
import TacitConsole
import TacitDiagnostics
import TacitFrontEnd
import TacitLive

/// Tells the service manager that started the program how it is doing, by datagrams as sd_notify(3) describes them:
/// ready after the first label (or the first place that was too quiet for one), and alive for as long as samples or
/// frames advance.
///
/// Nothing is allocated after the initialiser, and no message is waited for: one that finds no room is sent again
/// later.
final class ServiceManagerSink: Sink {
    private let descriptor: Int32
    private var address: sockaddr_un
    private let addressLength: socklen_t
    /// Seconds between two signs of life; nil when none are asked for.
    private let interval: Double?
    private var isReady = false
    private var lastSign = 0.0

    /// Nil when the environment names no service manager.
    init?() {
        guard let path = Process.environment("NOTIFY_SOCKET") else { return nil }
        let bytes = SystemPath.withBytes(path) { Array(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@"), bytes.count < room else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        // A name that begins with @ lies in no folder: its first byte is really a zero, and its last the last one
        // given.
        if bytes[0] == UInt8(ascii: "@") { address.sun_path.0 = 0 }
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        self.address = address
        addressLength = socklen_t(MemoryLayout.size(ofValue: address) - room + bytes.count)
        interval = Self.watchdogInterval()
    }

    deinit { close(descriptor) }

    func samples(_ samples: UnsafeBufferPointer<Float>, time: Double) { advanced() }
    func picture(_ seen: PixelView) { advanced() }
    func passed(time: Double) { advanced() }

    func labels(_ reading: LiveReading) {
        if !isReady { isReady = send("READY=1") }
    }

    func quiet(_ quiet: LiveQuiet) {
        if !isReady { isReady = send("READY=1") }
    }

    func event(_ event: LiveEvent) {}
    func gap(_ gap: LiveGap) {}

    private func advanced() {
        guard isReady, let interval else { return }
        let now = Stopwatch.now
        guard now - lastSign >= interval, send("WATCHDOG=1") else { return }
        lastSign = now
    }

    /// A third of the time after which the service manager would take the program for dead.
    private static func watchdogInterval() -> Double? {
        guard let text = Process.environment("WATCHDOG_USEC"), let microseconds = Double(text), microseconds > 0 else {
            return nil
        }
        if let process = Process.environment("WATCHDOG_PID"), process != String(getpid()) { return nil }
        return microseconds / 3e6
    }

    private func send(_ message: StaticString) -> Bool {
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(
                    descriptor, message.utf8Start, message.utf8CodeUnitCount,
                    Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), address, addressLength) >= 0
            }
        }
    }
}
