import TacitSinks
import Testing

/// How much of a stream's lines is kept for a reader who is late.
@Suite struct LineQueueTests {
    private func bytes(_ sense: StreamDescription.Sense, labels: Int = 3) -> (queue: Int, line: Int) {
        var stream = News.stream(labels: (0..<labels).map { "label \($0)" }, waits: false)
        stream.sense = sense
        return (stream.lineQueueBytes, stream.lineBound)
    }

    @Test(arguments: [
        (1.0, 4), (0.25, 4), (0.1, 10), (0.005, 200), (5, 4), (0, 4), (-1, 4), (.nan, 4), (.infinity, 4),
    ])
    func fourLinesOrASecond(hop: Double, lines: Int) {
        let (queue, line) = bytes(.sound(window: 1, hop: hop))
        #expect(queue == lines * line)
    }

    @Test(arguments: [1e-4, Double.leastNonzeroMagnitude])
    func neverMoreThanAMegabyte(hop: Double) {
        #expect(bytes(.sound(window: 1, hop: hop)).queue == 1 << 20)
    }

    @Test func fourOfTheLongestInAnyCase() {
        let (queue, line) = bytes(.sound(window: 1, hop: 1e-4), labels: 5000)
        #expect(queue == 4 * line && queue > 1 << 20)
        let pictures = bytes(.pictures)
        #expect(pictures.queue == 4 * pictures.line)
    }
}
