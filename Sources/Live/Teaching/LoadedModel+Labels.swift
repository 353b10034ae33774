import TacitLearning

extension LoadedModel {
    /// What a file holds that was taught to this model; nothing where there is no file yet.
    ///
    /// - Throws: `TacitError` (bad data) for a broken file or labels of another model.
    package func labels(in file: String) throws -> LearnedLabels {
        guard let labels = try LabelsFile.read(file) else { return LearnedLabels(identity) }
        try requireOwn(labels, file: file)
        return labels
    }

    /// Reads, changes and writes a file of learned labels under one lock: two who teach at once both have taught.
    ///
    /// - Parameters:
    ///   - file: that need not be there yet.
    ///   - written: told what the file holds now, before the next one has the lock.
    ///   - body: changes what it held.
    /// - Throws: as `labels(in:)` does, what `body` throws, and output where the file can't be written; it is as it was then.
    package func change<Result>(
        labelsIn file: String, written: (LearnedLabels) -> Void = { _ in },
        _ body: (inout LearnedLabels) throws -> Result
    ) throws -> Result {
        let lock = try LabelsLock(beside: file)
        return try withExtendedLifetime(lock) {
            var labels = try labels(in: file)
            let result = try body(&labels)
            try LabelsFile.write(labels, to: file)
            written(labels)
            return result
        }
    }
}
