import Foundation

/// A terminal that a test sits at: runs an executable on it, types, and looks at what it shows.
public final class PseudoTerminal {
    /// What the other side has sent up to now, as a terminal would show it.
    public private(set) var screen: TerminalScreen
    /// The same, as bytes.
    public private(set) var transcript: [UInt8] = []

    private let master: Int32
    private let child: pid_t
    private var isOver = false

    /// - Parameter arguments: of the executable; its three standard streams are the terminal, whose session it leads.
    public init(
        _ executable: Executable, _ arguments: [String], columns: Int = 80, rows: Int = 24,
        environment: [String: String] = ["TERM": "xterm", "LC_ALL": "C.UTF-8"]
    ) throws {
        screen = TerminalScreen(columns: columns, rows: rows)
        master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var locked: Int32 = 0
        var number: UInt32 = 0
        // TIOCSPTLCK and TIOCGPTN, of which Foundation knows as little as of grantpt.
        guard master >= 0, ioctl(master, 0x4004_5431, &locked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw Executable.LaunchFailure(description: "no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        child = try executable.spawn(arguments, environment: environment, terminal: "/dev/pts/\(number)")
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if !isOver { kill(child, SIGKILL) }
        var status: Int32 = 0
        if !isOver { waitpid(child, &status, 0) }
        close(master)
    }

    /// Whether typed characters are shown: how programs find a terminal and should leave it.
    public var echoes: Bool {
        var settings = termios()
        return tcgetattr(master, &settings) == 0 && settings.c_lflag & tcflag_t(ECHO) != 0
    }

    public func type(_ byte: UInt8) {
        var byte = byte
        _ = write(master, &byte, 1)
    }

    public func send(signal: Int32) { kill(child, signal) }

    /// Another size, as when a window is dragged.
    public func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        screen.resize(columns: columns, rows: rows)
    }

    /// Reads on until a condition holds. `limit` in seconds guards against hanging.
    public func read(limit: Double = 60, until condition: (PseudoTerminal) -> Bool) -> Bool {
        let deadline = DispatchTime.now().uptimeNanoseconds + UInt64(limit * 1e9)
        while !condition(self) {
            guard DispatchTime.now().uptimeNanoseconds < deadline else { return false }
            _ = drain()
        }
        return true
    }

    /// Reads on until the executable stands still, by Ctrl-Z. `limit` in seconds guards against hanging.
    public func readUntilStopped(limit: Double = 60) -> Bool {
        read(limit: limit) { _ in
            var status: Int32 = 0
            // 0x7f marks a child that has stopped and not ended.
            return waitpid(child, &status, WNOHANG | WUNTRACED) == child && status & 0xff == 0x7f
        } && read(limit: limit) { _ in !drain() }
    }

    /// Reads to the end. `limit` in seconds guards against hanging.
    ///
    /// - Returns: the exit status; nil if a signal ended it, or if it had to be killed.
    public func finish(limit: Double = 60) -> Int32? {
        var status: Int32 = 0
        let ended = read(limit: limit) { _ in waitpid(child, &status, WNOHANG) == child }
        if !ended {
            kill(child, SIGKILL)
            waitpid(child, &status, 0)
        }
        isOver = true
        while drain() {}
        return ended && status & 0x7f == 0 ? (status >> 8) & 0xff : nil
    }

    /// Reads what is there, waiting a moment; false if there was nothing.
    private func drain() -> Bool {
        var polled = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        guard poll(&polled, 1, 20) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Foundation.read(master, &buffer, buffer.count)
        guard count > 0 else {
            // Nobody holds the other side any more.
            if count < 0, errno == EIO { usleep(1000) }
            return false
        }
        transcript += buffer[..<count]
        screen.take(buffer[..<count])
        return true
    }
}
