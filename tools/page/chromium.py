"""A headless Chromium over its debugging pipe (--remote-debugging-pipe): the standard library is all it takes."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


def path() -> str | None:
    """Where there is one."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


class Failure(Exception):
    """The browser refused, or said nothing in time."""


class Chromium:
    """One tab. Messages are JSON with a zero behind each (Chrome DevTools Protocol)."""

    def __init__(self, limit: float = 60):
        self.limit = limit
        self.number = 0
        self.pending = b""
        self.events: list[dict] = []
        # What a process of the browser's still writes as it dies fails no test.
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()

        def arrange():
            # Both may stand where the other is to go.
            given, taken = os.dup(commands), os.dup(answers)
            os.dup2(given, 3)
            os.dup2(taken, 4)

        self.process = subprocess.Popen(
            [
                path(), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--no-first-run", f"--user-data-dir={self.folder.name}", "--remote-debugging-pipe", "about:blank",
            ],
            preexec_fn=arrange, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        target = next(one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page")
        self.session = None
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # Closed, it waits for its own processes, which write to the folder; killed, it leaves them behind.
        self.session = None
        try:
            self.call("Browser.close")
            self.process.wait(self.limit)
        except (Failure, OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        os.close(self.commands)
        os.close(self.answers)
        self.folder.cleanup()

    def _read(self, until: float) -> dict:
        while b"\0" not in self.pending:
            if not select.select([self.answers], [], [], max(0, until - time.monotonic()))[0]:
                raise Failure("the browser says nothing")
            part = os.read(self.answers, 1 << 16)
            if not part:
                raise Failure("the browser is gone")
            self.pending += part
        message, self.pending = self.pending.split(b"\0", 1)
        return json.loads(message)

    def call(self, method: str, **parameters) -> dict:
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + self.limit
        while True:
            answer = self._read(until)
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise Failure(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def open(self, url: str, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=url)

    def evaluate(self, expression: str):
        """The value of an expression in the page."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise Failure(result["exceptionDetails"]["exception"].get("description", "an exception"))
        return result["result"].get("value")

    def wait(self, expression: str):
        """Until an expression is true in the page; its value."""
        until = time.monotonic() + self.limit
        while time.monotonic() < until:
            if value := self.evaluate(expression):
                return value
            time.sleep(0.05)
        raise Failure(f"never true: {expression}")

    def complaints(self) -> list[str]:
        """What the page did that its own policy or the language forbids."""
        self.evaluate("1")
        words = [one["params"]["entry"]["text"] for one in self.events
                 if one["method"] == "Log.entryAdded" and one["params"]["entry"]["level"] == "error"]
        words += [one["params"]["exceptionDetails"]["text"] for one in self.events
                  if one["method"] == "Runtime.exceptionThrown"]
        return words

    def requests(self) -> list[str]:
        """Addresses that were asked for."""
        self.evaluate("1")
        return [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]

    def picture(self) -> bytes:
        """The page as PNG, as far as the window shows it."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
