"""Speech Commands (Warden 2018), in two layouts.

With `meta/words.csv` (file, label, speaker, split): the splits are the table's. Otherwise the published folders: one
per word, `testing_list.txt` and `validation_list.txt` naming the files of those splits, the rest being train;
`_background_noise_` is no word. The published 12-class test set has folders of its own without lists: all is test.
"""

from __future__ import annotations

from pathlib import Path

from .base import SOUND_SUFFIXES, Clip, DataError, DataSet, inside, read_table, read_text, sound_files, tell_left_out

TWELVE = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go", "unknown", "silence")


def read(root: Path) -> DataSet:
    table = root / "meta" / "words.csv"
    return _read_table(root, table) if table.exists() else _read_folders(root)


def _read_table(root: Path, table: Path) -> DataSet:
    rows = read_table(table, ["filename", "label", "speaker", "split"])
    found = {row["label"] for row in rows}
    labels = _order(found)
    index = {label: i for i, label in enumerate(labels)}
    clips = []
    for number, row in enumerate(rows, start=2):
        path = inside(root / "audio", row["filename"], f"{table}, line {number}")
        clips.append(Clip(path, (index[row["label"]],), row["split"], row["speaker"]))
    return DataSet("speech-commands", labels, False, tuple(clips))


def _read_folders(root: Path) -> DataSet:
    if not root.is_dir():
        raise DataError(f"{root}: no such folder")
    words = sorted(p for p in root.iterdir() if p.is_dir() and p.name != "_background_noise_" and not p.name.startswith("."))
    for word in words:
        tell_left_out(word, SOUND_SUFFIXES)
    folders = [p for p in words if sound_files(p)]
    if not folders:
        raise DataError(f"{root}: neither meta/words.csv nor a folder per word")
    listed = {
        "test": _list(root / "testing_list.txt"),
        "validation": _list(root / "validation_list.txt"),
    }
    plain = "train" if listed["test"] or listed["validation"] else "test"
    labels = _order({_word(p.name) for p in folders})
    index = {label: i for i, label in enumerate(labels)}
    clips = []
    for folder in folders:
        for path in sound_files(folder):
            name = f"{folder.name}/{path.name}"
            split = next((s for s, names in listed.items() if name in names), plain)
            # Published file names begin with the speaker's hash: HASH_nohash_N.wav.
            speaker = path.name.split("_nohash_")[0] if "_nohash_" in path.name else ""
            clips.append(Clip(path, (index[_word(folder.name)],), split, speaker))
    return DataSet("speech-commands", labels, False, tuple(clips))


def _list(path: Path) -> set[str]:
    return set(read_text(path).split()) if path.exists() else set()


def _word(folder: str) -> str:
    return {"_silence_": "silence", "_unknown_": "unknown"}.get(folder, folder)


def _order(found: set[str]) -> tuple[str, ...]:
    return TWELVE if found == set(TWELVE) else tuple(sorted(found))
