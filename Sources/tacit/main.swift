import TacitConsole

Program.main(Tacit.self, name: "tacit")
