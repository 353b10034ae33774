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
        guard bytes.count <= Self.longest, let text = String(validating: bytes, as: UTF8.self),
            let rows = JSONSyntax.rows(of: text.filter { $0 != "\n" && $0 != "\r\n" && $0 != "\t" }), rows.count == 2
        else { return nil }
        var event: String?
        var judgement: Judgement?
        for row in rows {
            switch row.name {
            case "event" where event == nil: event = row.value
            case "label" where judgement == nil:
                guard let name = JSONText.unescaped(row.value), !name.isEmpty, name.utf8.count <= 256 else {
                    return nil
                }
                judgement = .label(name)
            case "nothing" where judgement == nil && row.value == "true": judgement = .nothing
            default: return nil
            }
        }
        guard let event, let judgement else { return nil }
        self.event = event
        self.judgement = judgement
    }
}

/// A string of JSON, without its quotes, as the text that it stands for.
enum JSONText {
    /// nil where a half of a pair of surrogates stands alone.
    static func unescaped(_ text: String) -> String? {
        var units: [UInt16] = []
        var rest = Array(text.utf16)[...]
        while let unit = rest.popFirst() {
            guard unit == UInt16(UInt8(ascii: "\\")), let escaped = rest.popFirst() else {
                units.append(unit)
                continue
            }
            switch UInt8(truncatingIfNeeded: escaped) {
            case UInt8(ascii: "b"): units.append(8)
            case UInt8(ascii: "f"): units.append(12)
            case UInt8(ascii: "n"): units.append(10)
            case UInt8(ascii: "r"): units.append(13)
            case UInt8(ascii: "t"): units.append(9)
            case UInt8(ascii: "u"):
                guard let code = UInt16(String(decoding: rest.prefix(4), as: UTF16.self), radix: 16) else { return nil }
                rest = rest.dropFirst(4)
                units.append(code)
            default: units.append(escaped)
            }
        }
        return String(validating: units, as: UTF16.self)
    }
}
