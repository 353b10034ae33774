/// What of the model counts when labels are taught to it.
package struct TaughtBase: Sendable {
    /// Its own.
    package let labels: [String]
    /// `[labels][width]`: where what it calls so lies, each of length 1; empty where it does not say.
    package let prototypes: [Float]
    /// `[any][width]`: where what else may be heard or seen lies, so that a label that was just learned is not said of
    /// it.
    package let others: [Float]
    /// How many of these, the last, count for taught labels alone: they are so dense that they would cost a corrected
    /// label true events.
    package let taughtOthers: Int

    package init(labels: [String], prototypes: [Float], others: [Float] = [], taughtOthers: Int = 0) {
        self.labels = labels
        self.prototypes = prototypes
        self.others = others
        self.taughtOthers = taughtOthers
    }
}
