import CTacitMicrohttpd
import Glibc
import TacitConsole
import TacitDiagnostics
import TacitText

/// Serves a stream's page by libmicrohttpd, which is loaded when the first is made and answers requests on a thread of its
/// own; another one here wakes those that follow the stream, and talks to WebSockets.
///
/// No reader holds up the stream or another reader: each takes lines from the news' ring at its own speed, and one that is
/// so slow that the ring has gone round is left, and counted.
final class PageServer: @unchecked Sendable {
    let address: PageAddress
    let access: PageGuard
    let picture: PagePicture
    let wakePipe: WakePipe
    let unfinished = UnfinishedRequests()
    let shared: Guarded<State>
    // All below is the thread's.
    private let log = LogSpeaker()
    private var daemon: OpaquePointer?
    private var peers: [WebSocketPeer] = []
    private var nextTry = 0.0
    private var backoff = Backoff(shortest: 1, longest: 30)
    /// Why the page can't be had, as it was said last.
    private var saidProblem: String?
    private var lastBeat = Stopwatch.now

    /// The news, and who follows them or waits for something.
    struct State {
        var news: PageNews
        var readers: [PageReader] = []
        var answered: [OpaquePointer] = []
        var waiting: [(request: PageRequest, connection: OpaquePointer)] = []
        /// Who waits for the next picture, and until when.
        var lookers: [(request: PageRequest, connection: OpaquePointer, deadline: Double)] = []
        var newPeers: [WebSocketPeer] = []
        var peerCount = 0
        /// Readers that were left for being too slow.
        var left = 0
        /// Bytes that those who follow were given.
        var given = 0
        var isEnding = false
        var isOver = false

        /// Gives a WebSocket the lines that it has not had.
        mutating func feed(_ peer: WebSocketPeer) {
            guard peer.place >= news.lines.start else {
                left += 1
                return peer.beginClosing(.tryAgainLater)
            }
            var bytes = 0
            var line: [UInt8] = []
            while bytes < 1 << 14 {
                line.removeAll(keepingCapacity: true)
                guard let next = news.lines.take(at: peer.place, into: &line) else { break }
                peer.tell(line)
                peer.place = next
                bytes += line.count
                given += line.count
            }
        }
    }

    /// Of all connections; of those from one address, unless it is this machine's own, as all are on loopback.
    private static let connections: UInt32 = 256
    private static let connectionsOfOne: UInt32 = 64
    /// Seconds in which something has to come or to be taken, and in which a request has to be there as a whole.
    private static let silence: UInt32 = 20
    private static let requestSeconds = 20.0
    private static let memory = 1 << 14
    /// Seconds between two signs of life.
    private static let beat = 10.0
    /// Seconds in which followers must take something of the last lines; the short one holds after a wish to stop.
    private static let patience = 3.0
    private static let shortPatience = 0.5
    /// Seconds in which followers must have taken all of the last lines; the short one holds after a wish to stop.
    private static let longFarewell = 10.0
    private static let shortFarewell = 1.5

    /// - Throws: `TacitError`: output where the library, a thread or, if it is required, the address can't be had.
    init(_ address: PageAddress, name: String?, token: String?, isRequired: Bool, _ stream: StreamDescription) throws {
        if let problem = tacit_microhttpd_load() {
            throw TacitError(
                .cannotCreate, file: address.description,
                "a page wants libmicrohttpd.so.12, as in Debian's package libmicrohttpd12 (\(String(cString: problem)))"
            )
        }
        self.address = address
        access = PageGuard(address, name: name, token: token)
        picture = PagePicture()
        wakePipe = try WakePipe(for: address.description, failure: .cannotCreate)
        shared = Guarded(State(news: PageNews(stream)))
        if isRequired { try begin() }
        try DetachedThread.start(for: address.description, failing: .cannotCreate) { self.serve() }
    }

    deinit { shared.locked { $0.news.deallocate() } }

    func tell(_ body: (inout PageNews) -> Void) { shared.locked { body(&$0.news) } }

    func wake() { wakePipe.wake() }

    /// Lets those that follow hear the last lines, for a moment, and takes leave of all.
    func finish() {
        shared.locked { $0.isEnding = true }
        wakePipe.wake()
        shared.wait { $0.isOver ? () : nil }
    }

    // MARK: The thread

    private func serve() {
        while !shared.locked({ $0.isEnding }) {
            if daemon == nil, Stopwatch.now >= nextTry { tryAgain() }
            let isLookedAt = shared.locked { !$0.lookers.isEmpty }
            wait(milliseconds: isLookedAt ? 100 : daemon == nil ? 500 : 1000)
            turn()
        }
        sayFarewell()
        for peer in peers { peer.close() }
        if let daemon { tacit_microhttpd_stop_daemon(daemon) }
        shared.locked { $0.isOver = true }
        shared.signal()
    }

    private func tryAgain() {
        do {
            try begin()
        } catch {
            nextTry = Stopwatch.now + backoff.next()
            let problem = "\(error)"
            guard saidProblem != problem else { return }
            saidProblem = problem
            log.line { $0.append(string: "\(problem); tried again") }
        }
    }

    private func begin() throws {
        let listening: ListeningSocket
        do { listening = try ListeningSocket(address) } catch {
            throw TacitError(.cannotCreate, file: address.description, error.reason)
        }
        let own = Unmanaged.passUnretained(self).toOpaque()
        let limits = tacit_microhttpd_limits(
            connections: Self.connections, connections_of_one: address.isLoopback ? 0 : Self.connectionsOfOne,
            seconds: Self.silence, bytes: Self.memory)
        guard
            let daemon = tacit_microhttpd_start(
                listening.descriptor, limits, PageServer.request, PageServer.ended, PageServer.connected, own)
        else {
            close(listening.descriptor)
            throw TacitError(.cannotCreate, file: address.description, "libmicrohttpd can't be started")
        }
        self.daemon = daemon
        let place = HostAndPort.text(address.host, listening.port)
        Log.shared.line { $0.append(string: "page: http://\(place)/") }
    }

    private func wait(milliseconds: Int32) {
        var descriptors = [pollfd(fd: wakePipe.descriptor, events: Int16(POLLIN), revents: 0)]
        for peer in peers {
            descriptors.append(
                pollfd(fd: peer.socket, events: Int16(POLLIN) | (peer.wantsToWrite ? Int16(POLLOUT) : 0), revents: 0))
        }
        poll(&descriptors, nfds_t(descriptors.count), milliseconds)
        wakePipe.clear()
    }

    /// Tells everyone what is new.
    private func turn() {
        let now = Stopwatch.now
        let isBeatDue = now - lastBeat >= Self.beat
        if isBeatDue { lastBeat = now }
        shared.locked { state in
            for reader in state.readers {
                if isBeatDue { reader.isBeatDue = true }
                guard reader.isSuspended, state.isEnding || reader.isBeatDue || reader.place < state.news.lines.end
                else {
                    continue
                }
                reader.isSuspended = false
                tacit_microhttpd_resume_connection(reader.connection)
            }
            for connection in state.answered { tacit_microhttpd_resume_connection(connection) }
            state.answered.removeAll()
            showPicture(now, &state)
            peers += state.newPeers
            state.newPeers.removeAll()
            for peer in peers where peer.isIdle { state.feed(peer) }
        }
        // The library sees the end of it, and closes the connection.
        unfinished.overdue(now: now, patience: Self.requestSeconds) { shutdown($0, Int32(SHUT_RDWR)) }
        peers.removeAll { peer in
            let standing = peer.turn()
            guard standing != .here else { return false }
            peer.close()
            shared.locked { state in
                state.peerCount -= 1
                if standing == .stuck { state.left += 1 }
            }
            return true
        }
    }

    private func sayFarewell() {
        let begun = Stopwatch.now
        var isQuiet = false
        var seen = -1
        var since = begun
        let stop = shared.locked { $0.news.stream.stop }
        while !isQuiet {
            let now = Stopwatch.now
            let given = shared.locked { $0.given } - peers.reduce(0) { $0 + $1.unsent }
            if given != seen { (seen, since) = (given, now) }
            // As long as they take anything; after a wish to stop not for longer than that is waited for.
            let isStopping = stop.isStopping
            let patience = isStopping ? Self.shortPatience : Self.patience
            let longest = isStopping ? Self.shortFarewell : Self.longFarewell
            guard now - since < patience, now - begun < longest else { break }
            turn()
            let isRead = shared.locked { $0.readers.isEmpty && $0.waiting.isEmpty && $0.newPeers.isEmpty }
            let isTold = peers.allSatisfy { peer in peer.isIdle && shared.locked { peer.place >= $0.news.lines.end } }
            if isTold { for peer in peers { peer.beginClosing(.goingAway) } }
            isQuiet = isRead && peers.isEmpty
            if !isQuiet { wait(milliseconds: 20) }
        }
        // Nobody may be asleep when the library is stopped, and nobody falls asleep any more.
        shared.locked { state in
            for (request, connection) in state.waiting {
                request.isWaiting = false
                tacit_microhttpd_resume_connection(connection)
            }
            state.waiting.removeAll()
            peers += state.newPeers
            state.newPeers.removeAll()
        }
        turn()
    }
}
