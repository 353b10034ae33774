import TacitDiagnostics

/// What went wrong: which kind of trouble, which file, where in it, and why. Everything here throws it.
public typealias TacitError = TacitDiagnostics.TacitError
