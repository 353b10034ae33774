# The part of tools/vm-test for `tacit run`, in the machine: a microphone and a camera of the kernel's by one file of settings,
# which is changed, spoilt and mended under SIGHUP. What tacit prints is left in /host/out/run for run.check.py.
out=/tmp/run
mkdir -p "$out"
. /host/common.sh

# A command that is not there is answered with the whole's help.
if ! tacit --help | grep -q '^  run '; then
    echo "tacit has no command 'run'" >"$out/skipped"
    cp -r "$out" /host/out/
    exit 0
fi
modprobe snd-aloop pcm_substreams=8
modprobe vivid node_types=0x1 num_inputs=1 input_types=0

# settings HOP
settings() {
    cat >"$out/tacit.toml" <<EOF
[[sink]]
name = "ears"
to = "jsonl:$out/ear.jsonl"

[[sink]]
name = "eyes"
to = "jsonl:$out/eye.jsonl"

[[input]]
name = "ear"
device = "plughw:Loopback,1"
model = "/tmp/tiny.gguf"
hop = $1
to = ["ears"]

[[input]]
name = "eye"
device = "vivid.0"
model = "/tmp/tiny-image.gguf"
every = 0.5
to = ["eyes"]
EOF
}

now "Two inputs, whose settings are changed, spoilt and left alone"
settings 0.25
tacit check "$out/tacit.toml" >"$out/check.out" 2>&1
echo $? >"$out/check.rc"
: >"$out/ear.jsonl"
: >"$out/eye.jsonl"
tacit run "$out/tacit.toml" >"$out/run.out" 2>"$out/run.err" &
echo $! >"$out/run.pid"
within 180 has ear labels 8
within 180 has eye labels 4
# Another hop for the ear; the eye goes on as if nothing were.
settings 0.5
wc -l <"$out/ear.jsonl" >"$out/before"
kill -HUP "$(cat "$out/run.pid")"
sleep 1
more ear 8
more eye 4
# A broken file: what was in force stays so, and one line says why.
echo 'hop = = 3' >>"$out/tacit.toml"
wc -l <"$out/run.err" >"$out/errors"
kill -HUP "$(cat "$out/run.pid")"
complains() { [ "$(wc -l <"$out/run.err")" -gt "$(cat "$out/errors")" ]; }
within 60 complains
more ear 4
more eye 4
kill -TERM "$(cat "$out/run.pid")"
wait "$(cat "$out/run.pid")"
echo $? >"$out/run.rc"

cp -r "$out" /host/out/
