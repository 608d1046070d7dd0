"""A real browser in a test's hand: headless Chromium over the WebDriver protocol, with the standard library alone.

Nothing that it asks for leaves the machine: all requests go to a proxy of ours, which notes and refuses them.
"""

from __future__ import annotations

import json
import re
import shutil
import socketserver
import subprocess
import threading
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

import pytest

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
DESKTOP = (1440, 900)
PHONE = (390, 844)

ENTER = "\ue007"
TAB = "\ue004"

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
)
_WAIT_S = 60
_PATIENCE_S = 20
_direct = build_opener(ProxyHandler({}))


class BrowserError(Exception):
    """The driver refused a command."""


class _Refusing(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline(8192).decode(errors="replace").strip()
        assert isinstance(self.server, RefusingProxy)
        self.server.asked.append(line)
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class RefusingProxy(socketserver.ThreadingTCPServer):
    """A proxy that lets nothing through and remembers the first line of each request."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refusing)
        self.asked: list[str] = []

    @property
    def address(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Browser:
    """One session: one window with one page."""

    def __init__(self, session: str, proxy: RefusingProxy) -> None:
        self._session = session
        self._proxy = proxy

    @property
    def requests(self) -> Sequence[str]:
        """Give the first lines of all requests that went to the network."""
        return tuple(self._proxy.asked)

    def open(self, path: Path, size: tuple[int, int], fragment: str = "", *, is_dark: bool = False) -> None:
        """Show a file as a screen of some size would, with nothing left of an earlier page."""
        _ask("POST", f"{self._session}/url", {"url": "about:blank"})
        self.log()
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.devtools("Emulation.setDeviceMetricsOverride", metrics)
        self.prefer(is_dark=is_dark)
        _ask("POST", f"{self._session}/url", {"url": path.as_uri() + fragment})

    def prefer(self, *, is_dark: bool) -> None:
        """Prefer a colour scheme."""
        feature = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", {"features": [feature]})

    def run(self, script: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Run a script's body in the page and give what it returns."""
        content = {"script": script, "args": list(arguments)}
        return _ask("POST", f"{self._session}/execute/sync", content)

    def find(self, selector: str) -> str:
        """Find the first element."""
        content = {"using": "css selector", "value": selector}
        found: dict[str, str] = _ask("POST", f"{self._session}/element", content)
        return found[_ELEMENT]

    def click(self, selector: str) -> None:
        """Click on the first element found."""
        _ask("POST", f"{self._session}/element/{self.find(selector)}/click", {})

    def type(self, selector: str, keys: str) -> None:
        """Type into the first element found, as a person would."""
        _ask("POST", f"{self._session}/element/{self.find(selector)}/value", {"text": keys})

    def press(self, key: str) -> None:
        """Press a key, wherever the focus is."""
        strokes = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        action = {"type": "key", "id": "keyboard", "actions": strokes}
        _ask("POST", f"{self._session}/actions", {"actions": [action]})

    def has_alert(self) -> bool:
        """Tell whether a dialog of the page is open."""
        try:
            _ask("GET", f"{self._session}/alert/text")
        except BrowserError:
            return False
        return True

    def log(self) -> Sequence[Mapping[str, Any]]:
        """Give what the page has written to its console since the last time."""
        found: list[Mapping[str, Any]] = _ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return found

    def devtools(self, command: str, parameters: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as above
        """Ask for something that WebDriver has no word for."""
        return _ask("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def picture(self, path: Path) -> None:
        """Save a picture of the whole page."""
        shot = self.devtools("Page.captureScreenshot", {"captureBeyondViewport": True, "format": "png"})
        path.write_bytes(b64decode(shot["data"]))

    def paper(self) -> bytes:
        """Print the page as PDF."""
        return b64decode(_ask("POST", f"{self._session}/print", {"background": True}))


@contextmanager
def open_browser(folder: Path) -> Iterator[Browser]:
    """Start a browser with a new profile in a folder; skip the test where there is none."""
    if not CHROMIUM or not DRIVER:
        pytest.skip("needs chromium and chromedriver on PATH")
    with RefusingProxy() as proxy, _driver() as driver:
        options = {
            "binary": CHROMIUM,
            "args": [
                *_QUIET,
                f"--user-data-dir={folder / 'profile'}",
                f"--proxy-server={proxy.address}",
                "--proxy-bypass-list=<-loopback>",
            ],
        }
        capabilities = {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "unhandledPromptBehavior": "ignore",
        }
        made = _ask("POST", f"{driver}/session", {"capabilities": {"alwaysMatch": capabilities}})
        session = f"{driver}/session/{made['sessionId']}"
        try:
            yield Browser(session, proxy)
        finally:
            _ask("DELETE", session)


@contextmanager
def _driver() -> Iterator[str]:
    assert DRIVER
    with subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as driver:
        try:
            assert driver.stdout
            found = (re.search(r"successfully on port (\d+)", line) for line in driver.stdout)
            port = next(match[1] for match in found if match)
            yield f"http://127.0.0.1:{port}"
        finally:
            driver.terminate()
            driver.wait(_PATIENCE_S)


def _ask(method: str, address: str, content: Mapping[str, Any] | None = None) -> Any:  # noqa: ANN401 - as above
    body = None if content is None else json.dumps(content).encode()
    request = Request(address, body, {"Content-Type": "application/json"}, method=method)
    try:
        with _direct.open(request, timeout=_WAIT_S) as answer:
            return json.load(answer)["value"]
    except OSError as error:
        raise _explained(error) from error


def _explained(error: OSError) -> Exception:
    read = getattr(error, "read", None)
    return BrowserError(read().decode(errors="replace")[:2000]) if read else error
