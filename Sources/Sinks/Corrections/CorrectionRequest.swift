import TacitLive
import TacitText

/// What someone says of an event, as JSON: `{"event":"ID","label":"X"}` or `{"event":"ID","nothing":true}`.
package struct CorrectionRequest: Equatable {
    package let event: String
    package let judgement: Judgement

    /// Bytes that one has at most.
    static let longest = 1024

    /// nil for what is none: anything else in it, anything twice, anything too long.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.longest, case .object(let members)? = try? JSONParser.parse(Array(bytes)),
            members.count == 2, let event = Self.text("event", in: members)
        else { return nil }
        self.event = event
        if let name = Self.text("label", in: members) {
            judgement = .label(name)
        } else if members.contains(JSONMember("nothing", .bool(true))) {
            judgement = .nothing
        } else {
            return nil
        }
    }

    private static func text(_ key: String, in members: [JSONMember]) -> String? {
        guard case .string(let text)? = members.first(where: { $0.key == key })?.value, !text.isEmpty else {
            return nil
        }
        return text
    }
}
