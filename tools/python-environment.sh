# Sourced by the tools that are written in Python, which set `root`: `python` is what they run by. PYTHON names another than
# that of .venv, which tools/test makes of all that any of them wants.

python="${PYTHON:-$root/.venv/bin/python}"
wanted="tools/$(basename "$(dirname "${BASH_SOURCE[1]}")")/requirements.txt"
[[ -f "$root/$wanted" ]] || wanted="tools/train/requirements.txt"
source "$root/tools/usage.sh"
# With its packages, a tool says itself what --help is to say, and more of it.
if [[ ! -x "$(command -v "$python")" ]]; then
    help_if_asked "$@"
    echo "$0: no Python in $python; at the top of the repository: python3 -m venv .venv && .venv/bin/pip install -r $wanted" >&2
    exit 69
fi
if ! lacking=$("$python" "$root/tools/python_packages.py" "$0" "$wanted" 2>&1); then
    help_if_asked "$@"
    echo "$lacking" >&2
    exit 69
fi
