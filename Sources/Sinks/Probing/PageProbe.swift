import CTacitMicrohttpd
import Glibc
import TacitDiagnostics

/// Takes the page's port for a moment.
enum PageProbe {
    static func trouble(_ address: PageAddress, _ settings: PageSettings) -> SinkTrouble? {
        if let reason = tacit_microhttpd_load() {
            return .library(package: "libmicrohttpd12", reason: String(cString: reason))
        }
        if let file = settings.tokenFile {
            do { _ = try SecretFile.token(file, least: PageSink.leastToken) } catch {
                return .secret(file: file, reason: TacitError.reason(of: error))
            }
        }
        do {
            let socket = try ListeningSocket(address)
            close(socket.descriptor)
            return nil
        } catch {
            return error.number == EADDRINUSE ? .port(number: address.port) : .address(reason: error.reason)
        }
    }
}
