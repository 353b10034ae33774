import Glibc
import TacitCore

// How alike two files are to a model, as the cosine between what it makes of them: embedding MODEL.gguf ONE OTHER
func fail(_ why: String, _ status: Int32) -> Never { exit(write(2, why + "\n", why.utf8.count + 1) < 0 ? 74 : status) }
let words = CommandLine.arguments
guard words.count == 4 else { fail("usage: embedding MODEL.gguf ONE OTHER", 64) }
func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { $0 * $1 }.reduce(0, +) }
do {
    let classifier = try Classifier(Model(words[1]))
    let (one, other) = (try classifier.embedding(of: words[2]), try classifier.embedding(of: words[3]))
    print(product(one, other) / (product(one, one) * product(other, other)).squareRoot())
} catch { fail("\(error)", (error as? TacitError)?.kind.exitStatus ?? 70) }
