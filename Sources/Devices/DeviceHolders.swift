/// Who has a device open, as far as `/proc` says so: the owner that ALSA notes for a sound card's input, or whose
/// descriptors lead to its node, which other users' do not tell.
package struct DeviceHolders: Sendable {
    /// A process.
    package struct Holder: Equatable, Sendable {
        package var process: Int
        /// As it calls itself; nil where that can't be known.
        package var name: String?

        package init(process: Int, name: String?) {
            self.process = process
            self.name = name
        }

        /// `arecord (process 1234)`.
        package var words: String { name.map { "\($0) (process \(process))" } ?? "process \(process)" }
    }

    private let processes: Processes

    /// - Parameter root: `/proc`, or what stands in for it.
    package init(root: String = "/proc") { processes = Processes(root: root) }

    /// Who records from a sound card.
    ///
    /// - Parameters:
    ///   - card: its number; nil for any.
    ///   - device: the card's device; nil for any.
    package func ofMicrophone(card: Int?, device: Int?) -> [Holder] {
        let noted = owners(card: card, device: device)
        if !noted.isEmpty { return noted }
        return processes.holding { path in
            guard path.hasPrefix("/dev/snd/pcmC"), path.hasSuffix("c") else { return false }
            let parts = path.dropFirst(13).dropLast().split(separator: "D", omittingEmptySubsequences: false)
            guard parts.count == 2, let itsCard = Int(parts[0]), let itsDevice = Int(parts[1]) else { return false }
            return (card ?? itsCard) == itsCard && (device ?? itsDevice) == itsDevice
        }.map(holder)
    }

    /// What to say of them; nil of none.
    package static func words(_ holders: [Holder]) -> String? {
        guard !holders.isEmpty else { return nil }
        let shown = holders.prefix(3).map(\.words)
        let rest = holders.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }

    private func owners(card: Int?, device: Int?) -> [Holder] {
        var found: [Holder] = []
        let root = "\(processes.root)/asound"
        for (folder, itsCard) in processes.names(root, numbered: "card") where (card ?? itsCard) == itsCard {
            for (_, itsDevice) in processes.names("\(root)/\(folder)", numbered: "pcm", suffix: "c")
            where (device ?? itsDevice) == itsDevice {
                for case .thread(let thread) in processes.captureOwners(card: itsCard, device: itsDevice) {
                    let holder = holder(processes.process(ofThread: thread) ?? thread)
                    if !found.contains(holder) { found.append(holder) }
                }
            }
        }
        return found
    }

    private func holder(_ process: Int) -> Holder { Holder(process: process, name: processes.name(of: process)) }
}
