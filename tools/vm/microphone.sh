# The microphone part of tools/vm-test, in the machine: snd-aloop's device 1 hears what device 0 plays, subdevice by
# subdevice. What tacit prints, and how it ends, is left in /host/out for microphone.check.py.
out=/tmp/out
mkdir -p "$out"
# The tiny model hears 60 ms at once; the shipped one hears 5 s, and is asked as seldom, for the processor is emulated.
tiny='/tmp/tiny.gguf --hop 0.25'
shipped='/tmp/sound.gguf --hop 5'

uptime_now() { cut -d' ' -f1 /proc/uptime; }

# Clock ticks that a process has had of the processor (100 a second).
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"; }

descriptors() { ls "/proc/$1/fd" | wc -l; }

# listen NAME ARGUMENTS... runs tacit in the background: NAME.jsonl, NAME.err, and NAME.rc at its end.
listen() {
    name=$1
    shift
    run "$name" listen "$@"
}

# The same, and NAME.rec.
record() {
    name=$1
    shift
    run "$name" record "$@" "$out/$name.rec"
}

run() {
    name=$1
    shift
    command=$1
    shift
    (
        tacit "$command" "$@" --json --top 0 >"$out/$name.jsonl" 2>"$out/$name.err" &
        echo $! >"$out/$name.pid"
        wait $!
        echo $? >"$out/$name.rc"
    ) &
    until [ -s "$out/$name.pid" ]; do sleep 0.02; done
}

stop() { kill -TERM "$(cat "$out/$1.pid")"; }

# --- Without a card
tacit listen $tiny --device Loopback >"$out/absent.jsonl" 2>"$out/absent.err"
echo $? >"$out/absent.rc"

# --- A card that comes late
listen late $shipped --device Loopback --wait 60
sleep 1
modprobe snd-aloop pcm_substreams=8
tacit devices --json >"$out/devices.jsonl"
sleep 7
stop late

# --- An emulated card on the bus, which hears nothing and has two channels only
modprobe snd-intel8x0
sleep 1
tacit devices --json >"$out/all-devices.jsonl"
listen card $tiny --device I82801AAICH
sleep 5
stop card

# --- The recording, in several formats: what tacit captures is written to a file on its way
{
    echo '</usr/share/alsa/alsa.conf>'
    for number in 0 1 2 3; do
        echo "pcm.tee$number { type file slave.pcm \"hw:Loopback,1,$number\" file \"$out/tee$number.raw\" format raw }"
    done
    echo 'pcm.shared { type dsnoop ipc_key 20261 slave { pcm "hw:Loopback,1,4" format S16_LE rate 8000 channels 1 } }'
} >/tmp/asound.conf
export ALSA_CONFIG_PATH=/tmp/asound.conf

for pair in 0:S16_LE 1:S24_3LE 2:FLOAT_LE 3:S16_LE 4:S16_LE; do
    aplay -q -D "hw:Loopback,0,${pair%:*}" "/host/${pair#*:}.wav" 2>>"$out/aplay.err" &
done
sleep 0.5
listen tee0 $tiny --device tee0
listen tee1 $tiny --device tee1
listen tee2 $tiny --device tee2
record tee3 $tiny --device tee3
# One microphone, two programs.
listen shared0 $tiny --device shared
listen shared1 $tiny --device shared
sleep 5.3
# Stopped as a whole for 3 s, while sound goes on: the device overruns.
kill -STOP "$(cat "$out/tee3.pid")"
sleep 3
kill -CONT "$(cat "$out/tee3.pid")"
sleep 4
for name in tee0 tee1 tee2 tee3 shared0 shared1; do stop $name; done
sleep 1

# --- The card taken away in mid-stream, and given back
driver=/sys/bus/platform/drivers/snd_aloop
record unplugged $tiny --device hw:Loopback,1
listen abandoned $tiny --device hw:Loopback,1,1 --wait-lost 2
sleep 4
uptime_now >"$out/unbound"
echo snd_aloop.0 >$driver/unbind
sleep 3.5
echo snd_aloop.0 >$driver/bind
uptime_now >"$out/bound"
sleep 4
stop unplugged

# --- A minute of nothing
listen idle $shipped --device plughw:Loopback,1
# Until the first reading, the model's pages are still coming in.
sleep 8
pid=$(cat "$out/idle.pid")
echo "$(ticks $pid) $(resident $pid) $(descriptors $pid)" >"$out/idle.begin"
sleep 60
echo "$(ticks $pid) $(resident $pid) $(descriptors $pid)" >"$out/idle.end"
stop idle
sleep 1

cp -r "$out"/. /host/out/
