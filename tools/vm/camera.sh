# The camera part of tools/vm-test, in the machine: vivid, the kernel's virtual camera. What tacit prints, and how it
# ends, is left in /host/out/camera for camera.check.py.
out=/tmp/camera
mkdir -p "$out"
. /host/common.sh
model=/tmp/tiny-image.gguf

now "Without a camera, and one that comes late"
tacit watch $model >"$out/absent.jsonl" 2>"$out/absent.err"
echo $? >"$out/absent.rc"
tacit doctor $model --json >"$out/doctor-none.jsonl"
run late watch $model --wait 600
sleep 1
# One video node, a webcam.
modprobe vivid node_types=0x1 num_inputs=1 input_types=0
tacit devices --json >"$out/devices.jsonl"
tacit doctor $model --json >"$out/doctor.jsonl"
within 180 has late labels 2
stop late

now "At the camera's own rate"
run rate watch $model
within 180 has rate labels 2
pid=$(cat "$out/rate.pid")
tacit doctor $model --device vivid.0 --json >"$out/doctor-busy.jsonl"
echo "$(ticks "$pid") $(uptime_now)" >"$out/rate.begin"
more rate 100
echo "$(ticks "$pid") $(uptime_now)" >"$out/rate.end"
stop rate

now "One label a second"
run every watch $model --every 1
within 180 has every labels 6
stop every

now "Taken away in mid-stream and given back"
driver=/sys/bus/platform/drivers/vivid
run unplugged record $model --device vivid.0 "$out/unplugged.rec"
within 180 has unplugged labels 2
uptime_now >"$out/unbound"
echo vivid.0 >$driver/unbind
sleep 3
echo vivid.0 >$driver/bind
uptime_now >"$out/bound"
within 180 has unplugged gap 1
more unplugged 2
uptime_now >"$out/back"
stop unplugged

run abandoned watch $model --wait-lost 2
within 180 has abandoned labels 2
echo vivid.0 >$driver/unbind
within 120 ended abandoned
echo vivid.0 >$driver/bind

now "Microphone and camera at once"
modprobe snd-aloop pcm_substreams=8
is_there() { tacit devices --json | grep -q vivid.0; }
within 60 is_there
run seen watch $model
run heard listen /tmp/tiny.gguf --hop 0.25 --device plughw:Loopback,1
within 180 has heard labels 12
within 180 has seen labels 20
stop seen
stop heard

cp -r "$out" /host/out/
