import TacitConsole
import TacitDiagnostics

Program.main(name: "tacit", holdsHangUp: Process.arguments.first == "run") { arguments in
    var command = try Tacit.command(arguments)
    try TacitError.advising { try command.run() }
} otherwise: { error in
    let (status, text) = (Tacit.exitCode(for: error), Tacit.fullMessage(for: error))
    guard status == .success else {
        Program.end(refusing: text, for: Tacit.message(for: error), status: status.rawValue)
    }
    Program.end(telling: text)
}
