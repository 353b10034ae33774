"""The page's own files behind answers that a test decides: no program is needed, and what takes minutes takes none."""

import json
import queue
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILES = Path(__file__).resolve().parents[3] / "Sources/Sinks/Page/Files"
# One black pixel.
PICTURE = bytes.fromhex("4749463839610100010080000000000000000021f90401000000002c00000000010001000002024401003b")
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}


def wall(seconds: float) -> str:
    """A moment as Tacit writes it."""
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class StandIn:
    """A server of the page. `state`, `timeline`, `status` (of `api/state`) and `answer` (to a correction) may be set at any
    time; `tell` sends a line to whoever follows."""

    def __init__(self, port: int = 0, **state):
        now = time.time()
        self.begun = now
        self.clock = 0.0
        self.state = {
            "model": "a model", "input": "a room", "sense": "sound", "window_seconds": 5, "hop_seconds": 1, "ok": True,
            "time": 5, "heard_seconds": 5, "lost_seconds": 0, "readings": 1, "dropped": 0, "level_db": -20.5,
            "inference_ms": 1, "cpu_seconds": 1, "resident_bytes": 1 << 24, "readers": 1, "readers_left": 0,
            "corrections": True, "clip_after_seconds": 2, "clip_longest_seconds": 60,
            "labels": [self.label("dog"), self.label("rain")], **state,
        }
        self.timeline: dict = {"events": [], "gaps": []}
        self.status = 200
        self.answer = (200, {"ok": True, "outcome": "learned", "words": "learned: not dog"})
        # Seconds that a correction, and a timeline or a picture, take.
        self.pause = 0.0
        self.delay = 0.0
        self.corrections: list[tuple[str | None, dict]] = []
        self.followers: list[queue.Queue] = []
        own = self

        class Handler(BaseHTTPRequestHandler):
            def give(self, body: bytes, kind: str, status: int = 200):
                self.send_response(status)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; "
                                 "connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'")
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):  # noqa: N802
                name = self.path.split("?")[0].lstrip("/") or "page.html"
                if name == "events":
                    return self.follow()
                if name == "api/state":
                    if own.status != 200:
                        return self.give(b"not now\n", "text/plain", own.status)
                    return self.give(
                        json.dumps({**own.state, "wall": wall(time.time() + own.clock)}).encode(), "application/json")
                if name == "api/timeline":
                    body = json.dumps(own.timeline).encode()
                    time.sleep(own.delay)
                    return self.give(body, "application/json")
                if name == "picture.jpg":
                    time.sleep(own.delay)
                    return self.give(PICTURE, "image/gif")
                if (FILES / name).is_file():
                    return self.give((FILES / name).read_bytes(), TYPES[name.split(".")[1]])
                return self.give(b"", "image/x-icon", 204 if name == "favicon.ico" else 404)

            def do_POST(self):  # noqa: N802
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                own.corrections.append((self.headers["Authorization"], body))
                time.sleep(own.pause)
                self.give(json.dumps(own.answer[1]).encode(), "application/json", own.answer[0])

            def follow(self):
                lines: queue.Queue = queue.Queue()
                own.followers.append(lines)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream; charset=utf-8")
                self.end_headers()
                try:
                    while True:
                        self.wfile.flush()
                        line = lines.get()
                        if line is None:
                            return
                        self.wfile.write(f"data: {json.dumps(line)}\n\n".encode())
                except OSError:
                    pass

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.address = f"http://127.0.0.1:{self.port}/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> None:
        """Nobody is answered any more."""
        self.server.shutdown()
        self.server.server_close()
        for lines in self.followers:
            lines.put(None)

    @staticmethod
    def label(name: str, threshold: float = 0.5, **more) -> dict:
        return {"label": name, "threshold": threshold, "score": 0.25, "on": False, **more}

    def event(self, number: int, label: str, state: str, ago: float = 0, **more) -> dict:
        """A line of an event that is told so many seconds ago, by the stand-in's clock."""
        now = time.time()
        return {
            "type": "event", "state": state, "label": label, "time": now - self.begun - ago + 100, "score": 0.9,
            "wall": wall(now - ago + self.clock), "id": f"0193a5c8e4f1-9f3ac2d1-{number}", "clip": f"{number}.flac", **more,
        }

    def labels(self, **scores) -> dict:
        return {
            "type": "labels", "time": 6, "span": [1, 6], "wall": wall(time.time() + self.clock), "level_db": -30.5,
            "inference_ms": 1, "labels": [{"label": name, "score": score} for name, score in scores.items()],
        }

    def tell(self, line: dict) -> None:
        for lines in self.followers:
            lines.put(line)
