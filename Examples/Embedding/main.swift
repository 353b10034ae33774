import TacitCore

// How alike two files are to a model, as the cosine between what it makes of them: embedding MODEL.gguf ONE OTHER
let words = CommandLine.arguments
func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { $0 * $1 }.reduce(0, +) }
do {
    let classifier = try Classifier(Model(words[1]))
    let (one, other) = (try classifier.embedding(of: words[2]), try classifier.embedding(of: words[3]))
    print(product(one, other) / (product(one, one) * product(other, other)).squareRoot())
} catch { print(error) }
