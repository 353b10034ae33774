/// What there is to ask for. Nothing else is: no file is ever looked for by a request's path.
enum PageRoute: String, CaseIterable {
    case page = "/"
    case style = "/page.css"
    case stateScript = "/state.js"
    case labelsScript = "/labels.js"
    case eventsScript = "/events.js"
    case timelineScript = "/timeline.js"
    case correctionsScript = "/corrections.js"
    case pageScript = "/page.js"
    /// Browsers ask for it unbidden.
    case icon = "/favicon.ico"
    case metrics = "/metrics"
    case health = "/healthz"
    case events = "/events"
    case state = "/api/state"
    case timeline = "/api/timeline"
    case picture = "/picture.jpg"
    case socket = "/ws"
    case correct = "/correct"

    var methods: [String] {
        switch self {
        case .correct: ["POST"]
        case .events, .socket: ["GET"]
        default: ["GET", "HEAD"]
        }
    }
}
