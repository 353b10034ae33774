/// What a request is for: a path or, as proxies ask, a whole address (RFC 9112, section 3.2.2).
package struct PageTarget: Equatable {
    package let path: String
    /// The host that an address names; it holds instead of the header.
    package let host: String?

    package init(_ text: String) {
        let scheme = "http://"
        guard text.prefix(scheme.count).lowercased() == scheme else {
            (path, host) = (text, nil)
            return
        }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        host = String(rest[..<slash])
        path = slash == rest.endIndex ? "/" : String(rest[slash...])
    }
}
