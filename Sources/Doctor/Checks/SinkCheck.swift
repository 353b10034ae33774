import TacitSinks
import TacitText

/// Whether brokers can be reached, pages opened, and the libraries for both are there.
enum SinkCheck {
    /// Seconds for each step.
    private static let patience = 5.0

    @Sendable static func findings(_ patient: Patient) -> [Finding] {
        patient.wanted.requests.compactMap { request in
            request.trouble(patient.wanted.sinks, seconds: patience).map { finding($0, request, patient) }
        }
    }

    private static func finding(_ trouble: SinkTrouble, _ request: SinkRequest, _ patient: Patient) -> Finding {
        let subject = request.description
        switch trouble {
        case .library(let package, let reason):
            return Finding(
                .noLibrary, subject, "a library is missing (\(reason))", fix: "sudo apt install \(package)")
        case .secret(let file, let reason):
            let own = ShellQuote.word(file)
            return Finding(
                .secretFile, file, reason,
                fix: "install -m 600 /dev/stdin \(own)", note: "and type it, Enter, Ctrl-D")
        case .host(let name, let reason):
            return Finding(
                .unknownHost, subject, "the name \(name) leads nowhere: \(reason)",
                fix: name.hasSuffix(".local")
                    ? "sudo apt install libnss-mdns" : "getent hosts \(ShellQuote.word(name))",
                note: name.hasSuffix(".local")
                    ? "names in .local want it; or write the address instead"
                    : "shows nothing until the name is known; or write the address instead")
        case .reach(let reason):
            return Finding(
                .unreachable, subject, "nothing to talk to there: \(reason)", fix: "sudo systemctl restart mosquitto",
                note:
                    "on the broker's machine; since version 2 it listens on localhost alone, unless its configuration "
                    + "has a listener"
            )
        case .refusal(let reason):
            return Finding(
                .brokerRefusal, subject, "the broker does not let us in: \(reason)",
                fix: "sudo mosquitto_passwd /etc/mosquitto/passwd \(ShellQuote.word(user(of: request) ?? "tacit"))",
                note: "on the broker's machine, then restart it; here --to mqtt://USER@HOST --mqtt-password-file FILE")
        case .certificate(let reason):
            return Finding(
                .certificate, subject, "no encryption can be agreed on: \(reason)",
                fix: "openssl s_client -showcerts -connect \(ShellQuote.word(place(of: request))) </dev/null",
                note: "shows who vouches for it: --mqtt-ca-file takes that certificate, and the names must agree")
        case .port(let number):
            let process = Holders.listener(port: number, patient.system)
            return Finding(
                .portTaken, subject,
                "port \(number) is in use by "
                    + (process.map { Holders.program($0, patient.system) } ?? "another program"),
                fix: process.map { "kill \($0)" } ?? "sudo ss -ltnp sport = :\(number)", note: "or take another port")
        case .address(let reason):
            return Finding(
                .pageAddress, subject, "can't be had: \(reason)", fix: "ip -brief address",
                note: "shows what addresses there are; ports below 1024 are root's")
        }
    }

    private static func user(of request: SinkRequest) -> String? { address(of: request)?.user }

    private static func place(of request: SinkRequest) -> String {
        guard let address = address(of: request) else { return request.description }
        return HostAndPort.text(address.host, address.port)
    }

    private static func address(of request: SinkRequest) -> MQTTAddress? {
        try? MQTTAddress(request.address, isEncrypted: request.has(.encrypted))
    }
}
