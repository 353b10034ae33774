import TacitCore

// Files, labelled: file MODEL.gguf PATH...
do {
    let classifier = try Classifier(Model(CommandLine.arguments[1]))
    for path in CommandLine.arguments.dropFirst(2) {
        for label in try classifier.classify(path).top(5) { print(label.score, label.name) }
    }
} catch { print(error) }
