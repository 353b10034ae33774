# What the parts of tools/vm-test share, in the machine. `$out` is the part's folder for what is left behind.
#
# The machine is as fast as its host leaves it: nothing here waits for so many seconds, but for what is to be seen, and a wait
# that was in vain is written down in `$out/late`.

# On the console: where it is.
now() { echo "   $(cut -d' ' -f1 /proc/uptime) s: $*"; }

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

# within SECONDS COMMAND... tries until the command succeeds. Once one was in vain, what follows has little time.
within() {
    limit=$1
    [ -e "$out/late" ] && limit=10
    end=$(($(cut -d. -f1 /proc/uptime) + limit))
    shift
    until "$@"; do
        if [ "$(cut -d. -f1 /proc/uptime)" -ge $end ]; then
            echo "not within $limit s: $*" >>"$out/late"
            return 1
        fi
        sleep 0.1
    done
}

# has NAME KIND COUNT: whether a run has printed so many lines of a kind.
has() { [ "$(grep -c "\"type\":\"$2\"" "$out/$1.jsonl")" -ge "$3" ]; }
count() { grep -c "\"type\":\"$2\"" "$out/$1.jsonl"; }

# more NAME COUNT waits for so many more labels than there are.
more() { within 180 has "$1" labels $(($(count "$1" labels) + $2)); }

# opened NAME: whether a run has said on standard error what it listens to or watches.
opened() { [ -s "$out/$1.err" ]; }
ended() { [ -s "$out/$1.rc" ]; }

stop() {
    kill -TERM "$(cat "$out/$1.pid")"
    within 60 ended "$1"
}
