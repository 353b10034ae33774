import Glibc
import TacitCore

// Files, labelled: file MODEL.gguf PATH...
func fail(_ why: String, _ status: Int32) -> Never { exit(write(2, why + "\n", why.utf8.count + 1) < 0 ? 74 : status) }
let words = CommandLine.arguments
guard words.count > 2 else { fail("usage: file MODEL.gguf PATH...", 64) }
do {
    let classifier = try Classifier(Model(words[1]))
    for path in words.dropFirst(2) {
        for label in try classifier.classify(path).top(5) { print(label.score, label.name) }
    }
} catch { fail("\(error)", (error as? TacitError)?.kind.exitStatus ?? 70) }
