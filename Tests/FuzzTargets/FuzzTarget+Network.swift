import TacitDiagnostics
import TacitSinks
import TacitText

extension FuzzTarget {
    /// What the network, a broker or a browser may send, and what addresses may look like.
    static let network = [
        // A line an address: mqtt://, mqtts://, http://, clips:, exec:, jsonl:.
        FuzzTarget("sink-address") { bytes in
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            _ = try SinkTable.parse(lines)
        },
        FuzzTarget("mqtt-address") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let address = try MQTTAddress(text, isEncrypted: false)
            precondition(
                (1...65_535).contains(address.port) && !address.host.isEmpty, "an address has a host and a port")
        },
        // A message to a board's topic of commands, or the body of a page's request.
        FuzzTarget("correction") { bytes in
            guard CorrectionRequest(bytes) != nil else { throw TacitError(.badData, "no correction") }
        },
        // A request's headers, a line each: host, origin, authorization.
        FuzzTarget("page-head") { bytes in
            let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            let head = PageGuard.Head(
                host: lines[0], origin: lines.count > 1 ? lines[1] : nil,
                authorization: lines.count > 2 ? lines[2] : nil)
            for address in ["//127.0.0.1:8080", "//192.168.1.2:80"] {
                let guardian = PageGuard(try PageAddress(address), token: "the token")
                let refusal = guardian.refusal(head, isCorrection: true)
                let shown = lines.count > 2 ? lines[2].drop { $0 == " " } : ""
                let showsToken = shown.contains("the token") || shown.lowercased().hasPrefix("basic ")
                precondition(refusal != nil || showsToken, "nobody corrects without the token")
                if let refusal { throw TacitError(.badData, "refused with \(refusal.status)") }
            }
        },
        FuzzTarget("websocket") { bytes in
            var rest = Array(bytes)
            while true {
                let before = rest.count
                switch WebSocketFrames.take(from: &rest) {
                case .frame(_, let payload): precondition(payload.count < before - rest.count, "frames are taken")
                case .more: return
                case .broken(let code): throw TacitError(.badData, "closed with \(code.rawValue)")
                }
            }
        },
    ]
}
