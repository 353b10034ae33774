import TacitConsole
import TacitLabelling

/// Chooses how `listen` tells what it hears.
enum SoundOutputs {
    /// - Parameters:
    ///   - title: of the view, should there be one.
    ///   - thresholds: `[labels]`, that events are decided by.
    ///   - waits: whether the stream waits for its reader.
    static func make(
        _ title: ListenView.Title, json: Bool, options: LabelOptions, labels: [String], thresholds: [Float],
        selection: LabelSelection, waits: Bool
    ) -> any SoundOutput {
        let isView = !json && Terminal.shared.isTerminal
        let outlet = LineOutlet(
            waits: waits, capacity: isView ? Screen.largest : 4 * LineLength.bound(labels: labels))
        let ranking = Ranking(
            top: options.top, threshold: options.threshold, labels: labels.count, among: selection.indices)
        if json {
            return LiveLines(
                JSONLineFormat(labels: labels, hasLogits: options.logits), ranking: ranking, labels: labels.count,
                outlet: outlet)
        }
        guard isView else {
            return LiveLines(
                PlainLineFormat(labels: labels), ranking: ranking, labels: labels.count, outlet: outlet)
        }
        return ListenView(
            title: title, labels: labels, thresholds: thresholds, top: options.top, among: selection.indices,
            outlet: outlet)
    }
}
