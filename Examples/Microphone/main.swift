import Glibc
import Tacit

let words = CommandLine.arguments  // microphone MODEL.gguf [DEVICE [SECONDS]]
func fail(_ why: String, _ status: Int32) -> Never { exit(write(2, why + "\n", why.utf8.count + 1) < 0 ? 74 : status) }
guard 2...4 ~= words.count else { fail("usage: microphone MODEL.gguf [DEVICE [SECONDS]]", 64) }
do {
    let listener = try Listener(Model(words[1]), .microphone(words.count > 2 ? words[2] : "default"))
    for try await update in listener.updates {
        if case .event(let event) = update { print(event.time, event.label.name, event.isOn ? "on" : "off") }
        if case .gap(let gap) = update { print(gap.time, "lost \(gap.lostSeconds) s") }
        guard case .labels(let heard) = update else { continue }
        print(heard.time, heard.top(3).map { "\($0.name) \($0.score)" }.joined(separator: ", "))
        if words.count > 3, heard.time >= Double(words[3]) ?? 0 { listener.stop() }
    }
} catch { fail("\(error)", (error as? TacitError)?.kind.exitStatus ?? 70) }
