import TacitConsole

Program.main(ConvertCommand.self, name: "tacit-convert")
