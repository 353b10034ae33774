import TacitTestSupport

/// What a listener was told, and when it was over.
final class MQTTMessages {
    struct Message: Equatable {
        let isRetained: Bool
        let topic: String
        let payload: String
    }

    private(set) var all: [Message] = []

    /// Reads until a message is the one, its included; false if none comes for so many seconds.
    func read(_ listener: LiveRun, limit: Double = 60, until isIt: (Message) -> Bool) -> Bool {
        while let line = listener.readLine(limit: limit) {
            let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 3, fields[1] != "test/ready" else { continue }
            let message = Message(isRetained: fields[0] == "1", topic: fields[1], payload: fields[2])
            all.append(message)
            if isIt(message) { return true }
        }
        return false
    }

    func payloads(_ topic: String) -> [String] { all.filter { $0.topic == topic }.map(\.payload) }
}
