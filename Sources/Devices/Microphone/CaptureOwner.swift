/// Who has a part of a sound card's input open.
package enum CaptureOwner: Equatable, Sendable {
    case nobody
    /// The thread that opened it.
    case thread(Int)
    /// Someone: the number that is noted is no process's.
    case unknown
}

extension Processes {
    /// Who has each part of a sound card's input, by `asound/cardN/pcmMc/subK/status`.
    package func captureOwners(card: Int, device: Int) -> [CaptureOwner] {
        let path = "\(root)/asound/card\(card)/pcm\(device)c"
        return names(path, numbered: "sub").map { part in
            let status = contents("\(path)/\(part.name)/status")
            if let thread = Self.number("owner_pid", in: status) { return .thread(thread) }
            return Self.numbers("owner_pid", in: status).isEmpty ? .nobody : .unknown
        }
    }
}
