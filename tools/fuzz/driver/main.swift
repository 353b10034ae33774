// One target under libFuzzer: TacitFuzzer TARGET [libFuzzer's options and folders], or no argument for a list of targets.
// `tools/fuzz/run` builds and runs it.
import Glibc
import TacitFuzzTargets

@_silgen_name("LLVMFuzzerRunDriver")
func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ one: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

guard let name = CommandLine.arguments.dropFirst().first else {
    for target in FuzzTarget.all { print(target.name, target.longest) }
    exit(0)
}
guard let target = FuzzTarget.named(name) else {
    print("no target is called \(name)")
    exit(64)
}
chosen = target

// The driver knows nothing of the target's name.
let words = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
var count = CInt(words.count)
var arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: words.count + 1)
for (index, word) in words.enumerated() { arguments[index] = strdup(word) }
arguments[words.count] = nil
exit(
    runDriver(&count, &arguments) { bytes, count in
        _ = chosen?.run(UnsafeRawBufferPointer(start: bytes, count: count))
        return 0
    })
