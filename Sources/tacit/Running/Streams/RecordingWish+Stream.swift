import TacitConsole
import TacitDiagnostics
import TacitLearning
import TacitLive
import TacitModelFile
import TacitRecording
import TacitSinks

extension RecordingWish {
    /// Makes the file, with all in it that the stream's lines depend on beside its source.
    ///
    /// - Throws: `TacitError` (output) where it can't be made.
    func recorder(
        _ sense: RecordedSettings.Sense, _ model: LoadedModel, _ stream: StreamDescription, events: EventOptions,
        isLive: Bool
    ) throws -> Recorder {
        let settings = RecordedSettings(
            sense: sense, modelName: stream.model, modelDigest: model.file.digest,
            learned: model.learned.map { LabelsFile.bytes($0.withoutClips) } ?? [], input: stream.input,
            source: stream.source, thresholds: stream.thresholds, selected: stream.selected,
            events: events.settings(model.description.events),
            averagedLabels: model.averagedLabels(smooth: events.smooth),
            top: stream.top, showFrom: stream.showFrom, hasLogits: stream.hasLogits, isLive: isLive)
        let path = path
        let speaker = LogSpeaker()
        return try Recorder(self, settings, waits: stream.waitsForReaders, stop: stream.stop) { note in
            speaker.line { line in
                line.append(string: path)
                switch note {
                case .tooSlow: line.append(" can't be written in time: what comes now is neither recorded nor labelled")
                case .caughtUp: line.append(" is written again")
                case .full: line.append(" is as long as it was to be")
                }
            }
        }
    }
}
