import TacitConsole
import TacitDiagnostics
import TacitLive

/// A folder of what events are about: each one's sound or picture, and what is known of it as JSON.
enum ClipSink {
    static let kind = SinkKind(
        name: "clips", form: "clips:DIR", hasAddress: true, traits: .clips, only: "folder of clips",
        areOne: { FileIdentity.leadToOne($0, $1) },
        obstacle: { path, _ in PathProbe.obstacle(toFilling: path) },
        make: { path, settings, stream in
            let folder = try ClipFolder(path: path, settings.clips, now: stream.now)
            switch stream.sense {
            case .sound(let window, _):
                return try SoundClips(
                    folder, settings.clips, stream, before: settings.clips.secondsBefore(window: window))
            case .pictures: return try PictureClips(folder, stream)
            }
        })

    private static let losses = LogSpeaker()

    /// Says on standard error that an event has no clip, or none that is whole.
    static func log(_ event: LiveEvent, _ words: String) {
        SinkLosses.clips.add()
        losses.line { line in
            line.append(string: "clips: event ")
            event.id.write(to: &line)
            line.append(string: words)
        }
    }
}
