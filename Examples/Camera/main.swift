import Tacit

// camera MODEL.gguf [DEVICE]
let words = CommandLine.arguments
do {
    try Watcher(Model(words[1]), .camera(words.count > 2 ? words[2] : nil, waitLost: 0)).run { update in
        switch update {
        case .labels(let seen): print(seen.time, seen.top(3).map { "\($0.name) \($0.score)" }.joined(separator: ", "))
        case .event(let event): print(event.time, event.label.name, event.isOn ? "on" : "off")
        case .gap(let gap): print(gap.time, "lost \(gap.lostSeconds) s")
        case .broken(let error): print(error)
        }
    }
} catch { print(error) }
