import TacitLearning

/// What is added, by itself.
extension LearnedLabels {
    @discardableResult
    package mutating func learn(_ name: String, _ examples: [Example], _ base: TaughtBase) throws -> [Standing] {
        try add([.label(name, examples)], base)
    }

    @discardableResult
    package mutating func correct(_ name: String, _ examples: [Example], _ base: TaughtBase) throws -> [Standing] {
        try add([.correction(name, examples)], base)
    }

    @discardableResult
    package mutating func hear(background examples: [Example], _ base: TaughtBase) throws -> [Standing] {
        try add([.background(examples)], base)
    }
}
