/// A bar on standard error, if that is a terminal.
package struct ProgressBar {
    private static let width = 40
    private let isTerminal = StandardError.isTerminal

    package init() {}

    package func show(_ done: Int, of all: Int) {
        guard isTerminal, all > 0 else { return }
        let filled = Self.width * done / all
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        StandardError.write("\r[\(bar)] \(100 * done / all) %")
    }

    package func clear() {
        guard isTerminal else { return }
        StandardError.write("\r\u{1b}[K")
    }
}
