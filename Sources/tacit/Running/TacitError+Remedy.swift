import TacitDiagnostics

extension TacitError {
    /// With the command or the flag that would mend it.
    var advised: TacitError {
        var error = self
        switch remedy {
        case nil: break
        case .teaching: error.reason += ": `tacit learn` makes one"
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
