import Glibc
import Synchronization

/// The terminal behind standard output, if there is one.
package final class Terminal: Sendable {
    package static let shared = Terminal()

    package let isTerminal: Bool
    /// Whether it shows more than ASCII.
    package let isUnicode: Bool
    package let hasColor: Bool
    /// How it is drawn on.
    package enum Mode {
        /// Among what was there before, which it leaves in place.
        case inline
        /// On a screen of its own (the alternate one), which is gone afterwards.
        case fullScreen
    }

    private struct Saved {
        var settings: termios
        var mode: Mode
    }

    /// The settings it was found with, while they are changed.
    private let saved = Mutex<Saved?>(nil)
    private let preparations = Atomic<Int>(0)

    /// How often it has been made ready: once more after every Ctrl-Z, when other text stands where a view was.
    package var generation: Int { preparations.load(ordering: .relaxed) }

    private init() {
        let name = Process.environment("TERM") ?? ""
        isTerminal = isatty(STDOUT_FILENO) == 1 && name != "dumb" && !name.isEmpty
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(Process.environment).first ?? ""
        isUnicode = locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
        hasColor = Process.environment("NO_COLOR") == nil
    }

    /// Columns and rows, at least 20 by 4.
    package var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (max(Int(size.ws_col), 20), max(Int(size.ws_row), 4))
    }

    /// Hides the cursor and stops typed characters from being shown amid the view.
    package func prepare(_ mode: Mode = .inline) {
        guard isTerminal else { return }
        saved.withLock { saved in
            guard saved == nil else { return }
            var settings = termios()
            guard tcgetattr(STDOUT_FILENO, &settings) == 0 else { return }
            saved = Saved(settings: settings, mode: mode)
            preparations.add(1, ordering: .relaxed)
            settings.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDOUT_FILENO, TCSANOW, &settings)
            Self.send(mode == .inline ? "\u{1B}[?25l" : "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[2J")
        }
    }

    /// Undoes `prepare`. Returns what was undone, if anything.
    @discardableResult
    package func restore() -> Mode? {
        saved.withLock { found in
            guard var was = found else { return nil }
            found = nil
            // Output that Ctrl-S has stopped goes on.
            tcflow(STDOUT_FILENO, TCOON)
            Self.send("\u{1B}[0m\u{1B}[?25h")
            if was.mode == .fullScreen { Self.send("\u{1B}[?7h\u{1B}[?1049l") }
            tcsetattr(STDOUT_FILENO, TCSANOW, &was.settings)
            return was.mode
        }
    }

    /// Not waited for long: a terminal that takes nothing must not keep the program from ending.
    private static func send(_ text: StaticString) {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        guard poll(&descriptor, 1, 200) == 1 else { return }
        text.withUTF8Buffer { _ = Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
