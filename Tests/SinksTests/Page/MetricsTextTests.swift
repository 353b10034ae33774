import TacitSinks
import Testing

/// Prometheus' text format, version 0.0.4.
@Suite struct MetricsTextTests {
    @Test func families() {
        var text = MetricsText()
        let a = text.family("a_total", "counter", "Of a.")
        text.family("b", "gauge", "Of b.", -1.5)
        text.sample(a, [("label", "a \"quoted\" \\ one\nand more"), ("other", "x")], 3)
        text.sample(a, [], .infinity)
        text.histogram("c", "Of c.", ends: [0.5, 1], counts: [1, 2, 3], sum: 7.25)
        #expect(
            String(decoding: text.bytes, as: UTF8.self) == #"""
                # HELP a_total Of a.
                # TYPE a_total counter
                a_total{label="a \"quoted\" \\ one\nand more",other="x"} 3
                a_total +Inf
                # HELP b Of b.
                # TYPE b gauge
                b -1.5
                # HELP c Of c.
                # TYPE c histogram
                c_bucket{le="0.5"} 1
                c_bucket{le="1"} 3
                c_bucket{le="+Inf"} 6
                c_sum 7.25
                c_count 6

                """#)
    }
}
