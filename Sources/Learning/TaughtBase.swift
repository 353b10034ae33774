/// What of the model counts when labels are taught to it.
package struct TaughtBase: Sendable {
    /// Its own.
    package let labels: [String]
    /// `[labels][width]`: where what it calls so lies, each of length 1; empty where it does not say.
    package let prototypes: [Float]
    /// `[any][width]`: where what else may be heard or seen lies, so that a label that was just learned is not said of
    /// it.
    package let others: [Float]

    package init(labels: [String], prototypes: [Float], others: [Float] = []) {
        self.labels = labels
        self.prototypes = prototypes
        self.others = others
    }
}
