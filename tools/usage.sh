# Sourced by the tools in shell before they do anything, with `.` and not from another folder: what a tool is for and takes stands
# in the lines at its head, and --help prints these.

refuse() {
    echo "$0: $*; see $0 --help" >&2
    exit 64
}

# help_if_asked "$@": where the first of them is --help.
help_if_asked() {
    case ${1:-} in -h | --help) sed -n '1d; /^#/!q; s/^# \{0,1\}//p' "$0" && exit ;; esac
}

# operands MOST "$@": no option but --help, and at most so many of what is none.
operands() {
    most=$1
    shift
    help_if_asked "$@"
    for operand; do case $operand in -*) refuse "unknown option $operand" ;; esac; done
    [ $# -le "$most" ] || refuse "$# arguments; expected $most at most"
}
