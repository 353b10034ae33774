import CTacitProgram
import Glibc
import TacitLive
import TacitText

/// The environment of a command: the program's own, and the event.
struct CommandEnvironment {
    private let inherited: [[UInt8]]
    var labels: [String]
    private let source: String?

    /// What an event sets, and nothing that was inherited does.
    private static let names = ["STATE", "LABEL", "TIME", "SCORE", "WALL", "ID", "LEVEL_DB", "CLIP", "SOURCE"]

    init(labels: [String], source: String?) {
        self.labels = labels
        self.source = source
        var inherited: [[UInt8]] = []
        var place = tacit_environment()
        while let entry = place?.pointee {
            let bytes = Array(UnsafeBufferPointer(start: entry, count: strlen(entry)).map { UInt8(bitPattern: $0) })
            if !Self.names.contains(where: { bytes.starts(with: "TACIT_\($0)=".utf8) }) { inherited.append(bytes) }
            place = place?.successor()
        }
        self.inherited = inherited
    }

    /// `NAME=value`, each ended by a zero.
    func entries(_ news: CommandNews) -> [[UInt8]] {
        let event = news.event
        var entries = inherited
        func set(_ name: String, _ value: (inout ByteBuffer) -> Void) {
            var buffer = ByteBuffer(capacity: 128)
            buffer.append(string: "TACIT_\(name)=")
            value(&buffer)
            // What may stand in a label but not in a variable.
            entries.append(buffer.bytes.map { $0 == 0 ? UInt8(ascii: "?") : $0 })
        }
        set("STATE") { $0.append(string: event.state.rawValue) }
        set("LABEL") { $0.append(string: labels[event.label]) }
        set("TIME") { $0.append(event.time, places: 3) }
        set("SCORE") { $0.append(string: event.score.description) }
        set("WALL") { event.wall.write(to: &$0) }
        set("ID") { event.id.write(to: &$0) }
        if let level = news.level { set("LEVEL_DB") { $0.append(level, places: 1) } }
        if let clip = event.clip { set("CLIP") { clip.write(to: &$0) } }
        if let source { set("SOURCE") { $0.append(string: source) } }
        return entries.map { $0 + [0] }
    }
}
