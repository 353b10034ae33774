import ArgumentParser
import TacitConsole

/// No subcommand of the parser's: `tacit-convert` itself has options that must be there.
enum Command {
    static let isComparison = words(Process.arguments).first == CompareCommand.name

    static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        isComparison
            ? try CompareCommand.parseAsRoot(Array(words(arguments).dropFirst()))
            : try ConvertCommand.parseAsRoot(words(arguments))
    }

    /// `help` and `help compare`, as of a command with subcommands, are `--help` behind what they are about.
    private static func words(_ arguments: [String]) -> [String] {
        switch arguments {
        case ["help"]: ["--help"]
        case ["help", CompareCommand.name]: [CompareCommand.name, "--help"]
        default: arguments
        }
    }
}

Program.main(name: "tacit-convert") { arguments in
    var command = try Command.parse(arguments)
    try Descriptors.requireSome()
    try command.run()
} otherwise: { error in
    let command: any ParsableCommand.Type = Command.isComparison ? CompareCommand.self : ConvertCommand.self
    let (status, text) = (command.exitCode(for: error), command.fullMessage(for: error))
    guard status == .success else {
        Program.end(refusing: text, for: command.message(for: error), status: status.rawValue)
    }
    Program.end(telling: text)
}
