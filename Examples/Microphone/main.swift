import Tacit

let words = CommandLine.arguments  // microphone MODEL.gguf [DEVICE [SECONDS]]
do {
    let listener = try Listener(Model(words[1]), .microphone(words.count > 2 ? words[2] : "default"))
    for try await update in listener.updates {
        switch update {
        case .labels(let heard):
            print(heard.time, heard.top(3).map { "\($0.name) \($0.score)" }.joined(separator: ", "))
            if words.count > 3, heard.time >= Double(words[3]) ?? 0 { listener.stop() }
        case .event(let event): print(event.time, event.label.name, event.isOn ? "on" : "off")
        case .gap(let gap): print(gap.time, "lost \(gap.lostSeconds) s")
        case .broken(let error): print(error)
        }
    }
} catch { print(error) }
