import TacitConsole
import TacitFrontEnd
import TacitLabelling

/// Where `watch` tells what it sees.
protocol FrameOutput: LiveOutput {
    /// What the model saw, after all that it says of it; valid during the call.
    func picture(_ seen: PixelView) throws
}

extension LiveLines: FrameOutput {
    func picture(_ seen: PixelView) {}
}

/// Chooses how `watch` tells what it sees.
enum FrameOutputs {
    /// - Parameters:
    ///   - title: of the view, should there be one.
    ///   - thresholds: `[labels]`, that events are decided by.
    ///   - waits: whether the stream waits for its reader.
    static func make(
        _ title: WatchView.Title, json: Bool, options: LabelOptions, labels: [String], thresholds: [Float],
        selection: LabelSelection, waits: Bool
    ) -> any FrameOutput {
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
        return WatchView(
            title: title, labels: labels, thresholds: thresholds, top: options.top, among: selection.indices,
            outlet: outlet)
    }
}
