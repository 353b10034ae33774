# The part of tools/vm-test for programs as sources, in the machine: arecord hears what aplay plays through snd-aloop, and a
# shell writes frames. What tacit prints, and how it ends, is left in /host/out/commands for commands.check.py.
out=/tmp/commands
mkdir -p "$out"
. /host/common.sh

modprobe snd-aloop pcm_substreams=8
aplay -q -D hw:Loopback,0,6 /host/noise.wav &
player=$!
is_playing() { grep -q RUNNING /proc/asound/Loopback/pcm0p/sub6/status; }
within 60 is_playing

now "Sound, by a program that is killed, then stands still"
run heard listen /tmp/tiny.gguf --hop 0.25 --raw --rate 8000 --command-silence 3 \
    --command 'arecord -q -D hw:Loopback,1,6 -t raw -f S16_LE -r 8000 -c 1'
within 180 has heard labels 8
kill -KILL "$(pidof arecord)"
within 60 has heard gap 1
more heard 8
kill -STOP "$(pidof arecord)"
within 60 has heard gap 2
more heard 8
stop heard
pidof arecord >"$out/left"
kill $player

now "Frames, by a program that ends by itself again and again"
run seen watch /tmp/tiny-image.gguf --size 8x8 --format rgb24 \
    --command 'sh -c "for n in 1 2 3 4 5; do cat /host/frame.rgb; sleep 0.2; done"'
within 180 has seen gap 2
within 180 has seen labels 8
stop seen

now "One that is not there"
tacit listen /tmp/tiny.gguf --command /nowhere/arecord >"$out/absent.jsonl" 2>"$out/absent.err"
echo $? >"$out/absent.rc"

cp -r "$out" /host/out/
