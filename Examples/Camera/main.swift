import Glibc
import Tacit

let words = CommandLine.arguments  // camera MODEL.gguf [DEVICE]
func fail(_ why: String, _ status: Int32) -> Never { exit(write(2, why + "\n", why.utf8.count + 1) < 0 ? 74 : status) }
guard 2...3 ~= words.count else { fail("usage: camera MODEL.gguf [DEVICE]", 64) }
do {
    try Watcher(Model(words[1]), .camera(words.count > 2 ? words[2] : nil, waitLost: 0)).run { update in
        switch update {
        case .labels(let seen): print(seen.time, seen.top(3).map { "\($0.name) \($0.score)" }.joined(separator: ", "))
        case .event(let event): print(event.time, event.label.name, event.isOn ? "on" : "off")
        case .gap(let gap): print(gap.time, "lost \(gap.lostSeconds) s")
        case .broken(let error): print(error)
        }
    }
} catch { fail("\(error)", (error as? TacitError)?.kind.exitStatus ?? 70) }
