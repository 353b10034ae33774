import TacitConsole
import TacitDiagnostics
import TacitLive

/// What the views of sound and of pictures have in common: a title, the labels' bars, the last events, the load, what
/// was lost, and the screen that all of it is drawn on.
final class ViewParts {
    private(set) var title: StreamDescription
    private(set) var bars: LabelBars
    private(set) var news: NewsList
    var screen: Screen
    private(set) var lostSeconds = 0.0
    private(set) var inferenceSeconds = 0.0
    private(set) var load: LoadMeter
    private var lastDrawn = -1.0

    /// Seconds between two drawings.
    private static let calm = 0.1

    init(_ stream: StreamDescription, outlet: LineOutlet) {
        title = stream
        bars = LabelBars(
            labels: stream.labels, thresholds: stream.thresholds, top: stream.top, among: stream.selected)
        news = NewsList(labels: stream.eventNames, hasWallTime: stream.isDevice)
        load = LoadMeter(runsFree: stream.runsFree)
        screen = Screen(outlet: outlet)
        Log.shared.cover()
    }

    /// Whether it is time for the next drawing; then the load is that of now.
    ///
    /// - Parameter time: of the stream, in seconds.
    func isDue(time: Double) -> Bool {
        let now = Stopwatch.now
        guard now - lastDrawn >= Self.calm else { return false }
        lastDrawn = now
        load.update(time: time)
        return true
    }

    func take(_ reading: LiveReading) {
        bars.take(reading.smoothed)
        inferenceSeconds = reading.inferenceSeconds
    }

    func take(_ quiet: LiveQuiet) { bars.take(quiet.smoothed) }

    func add(_ event: LiveEvent) { news.add(event) }

    func add(_ gap: LiveGap) {
        lostSeconds += gap.lostSeconds
        news.add(gap)
    }

    func relabel(_ labels: StreamLabels) {
        title = title.relabelled(labels)
        bars = bars.relabelled(title)
        news.relabel(labels.eventNames)
    }

    /// Leaves the screen, and on the terminal what `compose` draws last.
    func leave(_ compose: () -> Void) throws {
        screen.close()
        Log.shared.close()
        compose()
        try screen.leave()
    }
}
