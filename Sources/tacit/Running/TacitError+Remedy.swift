import TacitDiagnostics
import TacitDoctor

extension TacitError {
    /// With the command or the flag that would mend it.
    var advised: TacitError {
        var error = self
        switch remedy {
        case nil: break
        case .teaching: error.reason += ": `tacit learn` makes one"
        case .renewing(let model, let labels):
            error.reason += ", or `\(RenewCommand.words(model: model, labels: labels))` teaches them to this one"
        case .teachingAgain(let model):
            error.reason +=
                "; by \(model), `tacit learn` with the same files keeps their clips, and --forget NAME or "
                + "--forget-background goes on without"
        case .takingAsSamples: error.reason += ", or say --raw to have it all taken as samples"
        }
        error.remedy = nil
        return error
    }

    /// What `body` gives.
    ///
    /// - Throws: what `body` throws, with what would mend it.
    static func advising<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as TacitError { throw error.advised }
    }
}
