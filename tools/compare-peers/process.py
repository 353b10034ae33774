"""One configuration in one process: prints one line of JSON. Started by `compare.py`."""

import argparse
import importlib
import json
import os
from pathlib import Path

from configurations import BY_NAME, TASKS, Configuration

MODULES = {"onnx": "run_onnx", "ctranslate": "run_ctranslate", "llama": "run_llama"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task")
    parser.add_argument("contender")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--tacit", type=Path, required=True)
    options = parser.parse_args()
    task = next(task for task in TASKS if task.name == options.task)
    configuration = Configuration(task, BY_NAME[options.contender])
    # For libraries that count threads by themselves.
    os.environ["OMP_NUM_THREADS"] = str(task.threads)
    if configuration.contender.peer == "tacit":
        import run_tacit

        result = run_tacit.run(configuration, options.folder, options.seconds, options.tacit)
    else:
        result = importlib.import_module(MODULES[configuration.contender.peer]).run(
            configuration, options.folder, options.seconds
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
