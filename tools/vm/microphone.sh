# The microphone part of tools/vm-test, in the machine: snd-aloop's device 1 hears what device 0 plays, subdevice by
# subdevice. What tacit prints, and how it ends, is left in /host/out/microphone for microphone.check.py.
out=/tmp/microphone
mkdir -p "$out"
. /host/common.sh
# The tiny model hears 60 ms at once; the shipped one a second, and is asked in every fifth, for the processor is emulated: on a
# host with much else to do a second of it takes as long. (sound.gguf, which hears 5 s at once, then takes longer than a
# microphone's samples wait for it.)
tiny='/tmp/tiny.gguf --hop 0.25 --top 0'
shipped='/tmp/words.gguf --hop 5 --top 0'

resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"; }

descriptors() { ls "/proc/$1/fd" | wc -l; }

now "Without a card"
tacit listen $tiny --device Loopback >"$out/absent.jsonl" 2>"$out/absent.err"
echo $? >"$out/absent.rc"
tacit doctor /tmp/tiny.gguf --json >"$out/doctor-none.jsonl"

now "A card that comes late"
run late listen $shipped --device Loopback --wait 600
sleep 1
modprobe snd-aloop pcm_substreams=8
tacit devices --json >"$out/devices.jsonl"
within 180 has late labels 1
stop late

now "What is wrong: nothing with the card; its nodes are root's, for there is no udev here"
tacit doctor /tmp/tiny.gguf --json >"$out/doctor.jsonl"
/usr/bin/setpriv --reuid 1000 --regid 1000 --clear-groups tacit doctor /tmp/tiny.gguf --json >"$out/doctor-user.jsonl" 2>"$out/doctor-user.err"

now "An emulated card on the bus, which hears nothing and has two channels only"
modprobe snd-intel8x0
is_listed() { tacit devices --json >"$out/all-devices.jsonl" && grep -q I82801AAICH "$out/all-devices.jsonl"; }
within 60 is_listed
run card listen $tiny --device I82801AAICH
within 180 has card labels 8
tacit doctor /tmp/tiny.gguf --device hw:I82801AAICH --json >"$out/doctor-busy.jsonl"
stop card

now "The recording, in several formats: what tacit captures is written to a file on its way"
{
    echo '</usr/share/alsa/alsa.conf>'
    for number in 0 1 2 3; do
        echo "pcm.tee$number { type file slave.pcm \"hw:Loopback,1,$number\" file \"$out/tee$number.raw\" format raw }"
    done
    echo 'pcm.shared { type dsnoop ipc_key 20261 slave { pcm "hw:Loopback,1,4" format S16_LE rate 8000 channels 1 } }'
} >/tmp/asound.conf
export ALSA_CONFIG_PATH=/tmp/asound.conf

players=
for pair in 0:S16_LE 1:S24_3LE 2:FLOAT_LE 3:S16_LE 4:S16_LE; do
    aplay -q -D "hw:Loopback,0,${pair%:*}" "/host/${pair#*:}.wav" 2>>"$out/aplay.err" &
    players="$players $!"
done
# The card hears in the format that is played, once it is.
is_playing() { grep -q RUNNING "/proc/asound/Loopback/pcm0p/sub$1/status"; }
for number in 0 1 2 3 4; do within 60 is_playing $number; done
for name in tee0 tee1 tee2; do run $name listen $tiny --device $name; done
run tee3 record $tiny --device tee3 "$out/tee3.rec"
# One microphone, two programs.
run shared0 listen $tiny --device shared
run shared1 listen $tiny --device shared
within 180 has tee3 labels 20
# Stopped as a whole for 3 s, while sound goes on: the device overruns.
kill -STOP "$(cat "$out/tee3.pid")"
sleep 3
kill -CONT "$(cat "$out/tee3.pid")"
within 60 has tee3 gap 1
more tee3 14
for name in tee0 tee1 tee2 shared0 shared1; do within 180 has $name labels 36; done
for name in tee0 tee1 tee2 tee3 shared0 shared1; do stop $name; done
kill $players

now "The card taken away in mid-stream, and given back"
driver=/sys/bus/platform/drivers/snd_aloop
run unplugged record $tiny --device hw:Loopback,1 "$out/unplugged.rec"
run abandoned listen $tiny --device hw:Loopback,1,1 --wait-lost 2
within 180 has unplugged labels 4
within 180 has abandoned labels 4
uptime_now >"$out/unbound"
echo snd_aloop.0 >$driver/unbind
within 120 ended abandoned
echo snd_aloop.0 >$driver/bind
uptime_now >"$out/bound"
within 180 has unplugged gap 1
more unplugged 2
uptime_now >"$out/back"
stop unplugged

now "A minute of nothing"
run idle listen $shipped --device plughw:Loopback,1
pid=$(cat "$out/idle.pid")
# Until the second reading, the model's pages and the code are still coming in.
within 240 has idle labels 2
echo "$(ticks $pid) $(resident $pid) $(descriptors $pid) $(uptime_now)" >"$out/idle.begin"
minute_later() { [ "$(tail -n 1 "$out/idle.jsonl" | sed 's/.*"time":\([0-9]*\).*/\1/')" -ge 66 ]; }
within 300 minute_later
echo "$(ticks $pid) $(resident $pid) $(descriptors $pid) $(uptime_now)" >"$out/idle.end"
stop idle

cp -r "$out" /host/out/
