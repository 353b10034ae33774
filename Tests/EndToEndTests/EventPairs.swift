import TacitTestSupport
import Testing

/// Expects events among `lines`, an `off` behind every `on`, and no label to be on twice.
func expectPairs(_ lines: [ResultLine]) throws {
    let events = lines.filter { $0.type == "event" }
    var on: Set<String> = []
    for event in events {
        let label = try #require(event.label)
        if event.state == "on" { #expect(on.insert(label).inserted) } else { #expect(on.remove(label) != nil) }
    }
    #expect(!events.isEmpty)
    #expect(on.isEmpty)
}

func expectPairs(_ lines: [String]) throws { try expectPairs(try ResultLine.lines(lines)) }
