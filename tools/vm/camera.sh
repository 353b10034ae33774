# The camera part of tools/vm-test, in the machine: vivid, the kernel's virtual camera. What tacit prints, and how it
# ends, is left in /host/out for camera.check.py.
out=/tmp/camera
mkdir -p "$out"
model=/tmp/tiny-image.gguf

uptime_now() { cut -d' ' -f1 /proc/uptime; }

# Clock ticks that a process has had of the processor (100 a second).
ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# run NAME COMMAND ARGUMENTS... runs tacit in the background: NAME.jsonl, NAME.err, and NAME.rc at its end.
run() {
    name=$1
    shift
    (
        tacit "$@" --json >"$out/$name.jsonl" 2>"$out/$name.err" &
        echo $! >"$out/$name.pid"
        wait $!
        echo $? >"$out/$name.rc"
    ) &
    until [ -s "$out/$name.pid" ]; do sleep 0.02; done
}

stop() { kill -TERM "$(cat "$out/$1.pid")"; }

# --- Without a camera, and one that comes late
tacit watch $model >"$out/absent.jsonl" 2>"$out/absent.err"
echo $? >"$out/absent.rc"
run late watch $model --wait 60
sleep 1
# One video node, a webcam.
modprobe vivid node_types=0x1 num_inputs=1 input_types=0
tacit devices --json >"$out/devices.jsonl"
sleep 5
stop late
sleep 1

# --- At the camera's own rate
run rate watch $model
sleep 2
pid=$(cat "$out/rate.pid")
ticks "$pid" >"$out/rate.begin"
sleep 8
ticks "$pid" >"$out/rate.end"
stop rate
sleep 1

# --- One label a second
run every watch $model --every 1
sleep 5
stop every
sleep 1

# --- Taken away in mid-stream and given back
driver=/sys/bus/platform/drivers/vivid
run unplugged record $model --device vivid.0 "$out/unplugged.rec"
sleep 3
uptime_now >"$out/unbound"
echo vivid.0 >$driver/unbind
sleep 3
echo vivid.0 >$driver/bind
uptime_now >"$out/bound"
sleep 4
stop unplugged
sleep 1

run abandoned watch $model --wait-lost 2
sleep 3
echo vivid.0 >$driver/unbind
sleep 5
echo vivid.0 >$driver/bind
sleep 1

# --- Microphone and camera at once
modprobe snd-aloop pcm_substreams=8
run seen watch $model
run heard listen /tmp/tiny.gguf --hop 0.25 --device plughw:Loopback,1
sleep 6
stop seen
stop heard
sleep 1

cp -r "$out" /host/out/
