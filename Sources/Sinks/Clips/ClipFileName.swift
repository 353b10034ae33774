/// A clip's name as text.
struct ClipFileName {
    let whole: String
    let stem: String

    init(_ text: String) {
        whole = text
        stem = text.lastIndex(of: ".").map { String(text[..<$0]) } ?? text
    }
}
