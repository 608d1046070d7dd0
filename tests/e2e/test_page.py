"""The page in a real browser: it fits, asks for nothing, runs nothing of the tool's, and can be used by keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from shared.models.test_report import TestReport
from tests.browser import DESKTOP, ENTER, PHONE, TAB, Browser, open_browser
from tests.fakes.report import clean, failed, hostile, huge, rich
from worker.reporting.page import PageWriter

pytestmark = pytest.mark.slow

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
SCHEMES = pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
REPORTS = {"rich": rich, "hostile": hostile, "failed": failed, "clean": clean}

# Everything that has text of its own, its colour, and the first background behind it that is one.
CONTRASTS = """
const parse = (color) => (color.match(/[\\d.]+/g) || []).map(Number);
const light = (color) => {
  const [r, g, b] = parse(color).slice(0, 3).map((each) => each / 255)
    .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let each = element; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor, parts = parse(color);
    if (parts.length === 3 || parts[3] > 0) return color;
  }
  return "rgb(255, 255, 255)";
};
const poor = [];
for (const details of document.querySelectorAll("details")) details.open = true;
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility() || ["SCRIPT", "NOSCRIPT"].includes(element.tagName)) continue;
  const [one, other] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (other + 0.05);
  const name = `${element.tagName}.${element.className} ${element.textContent.slice(0, 40)}`;
  if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${name}`);
}
return poor;
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with open_browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {name: write(folder / f"{name}.html", make()) for name, make in REPORTS.items()}


def write(path: Path, report: TestReport) -> Path:
    path.write_bytes(PageWriter().write(report))
    return path


def shown(browser: Browser) -> Sequence[str]:
    """Give the lines of the cases that are listed."""
    lines: list[str] = browser.run("return [...document.querySelectorAll('#rows code')].map((one) => one.textContent)")
    return lines


def found(browser: Browser) -> str:
    text: str = browser.run("return document.getElementById('found').textContent")
    return text


def is_open(browser: Browser, finding: str) -> bool:
    opened: bool = browser.run("return document.getElementById(arguments[0]).open", finding)
    return opened


@SIZES
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_fits_its_screen_with_everything_unfolded(
    browser: Browser, pages: Mapping[str, Path], name: str, size: tuple[int, int]
) -> None:
    browser.open(pages[name], size)
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
    width, screen = browser.run("return [document.documentElement.scrollWidth, innerWidth]")
    assert screen == size[0]
    assert width <= screen


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_asks_for_nothing_and_complains_about_nothing(
    browser: Browser, pages: Mapping[str, Path], name: str
) -> None:
    browser.open(pages[name], DESKTOP)
    assert browser.run("return performance.getEntriesByType('resource').map((one) => one.name)") == []
    assert browser.log() == []


def test_what_a_tool_printed_never_runs_nor_reaches_out(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["hostile"], DESKTOP)
    browser.run("for (const one of document.querySelectorAll('details')) one.open = true")
    assert not browser.has_alert()
    assert browser.run("return [typeof window.canary, document.querySelectorAll('img, iframe, object').length]") == [
        "undefined",
        0,
    ]
    assert not [line for line in browser.requests if "canary.invalid" in line]


def test_the_policy_holds_even_where_markup_gets_through(browser: Browser, tmp_path: Path) -> None:
    inside = (
        "<script>window.canary = 1</script><img src='http://inside.invalid/b.png' onerror='window.canary = 2'>"
        "<style>@import url(http://inside.invalid/c.css)</style></main>"
    )
    page = write(tmp_path / "open.html", clean())
    page.write_text(page.read_text().replace("</main>", inside, 1))
    browser.open(page, DESKTOP)
    assert browser.run("return [document.images.length, typeof window.canary]") == [1, "undefined"]
    assert not [line for line in browser.requests if "inside.invalid" in line]
    refused = [entry["message"] for entry in browser.log()]
    assert any("Content Security Policy" in message for message in refused)


def test_a_request_would_have_been_noticed(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "asking.html"
    page.write_text("<!doctype html><img src='http://asking.invalid/a.png' onerror='window.failed = true'>")
    browser.open(page, DESKTOP)
    assert any("asking.invalid" in line for line in browser.requests)
    browser.log()


def test_controls_and_nul_are_shown_as_text(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["hostile"], DESKTOP, "#F1")
    text: str = browser.run(
        "for (const one of document.querySelectorAll('details')) one.open = true; return document.body.innerText"
    )
    assert r"\x1b[31mred\x1b[0m \x00 \x07 \u202eright to left\u202c" in text
    assert not {"\x00", "\x1b", "\u202e"} & set(text)


def test_a_finding_opens_and_closes_by_keyboard(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    browser.run("document.querySelector('#F2 > summary').focus()")
    assert not is_open(browser, "F2")
    browser.press(ENTER)
    assert is_open(browser, "F2")
    browser.press(ENTER)
    assert not is_open(browser, "F2")


def test_the_tabulator_leads_from_the_top_to_the_findings(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    browser.press(TAB)
    assert browser.run("return document.activeElement.textContent") == "Skip to the findings"
    reached = []
    for _ in range(20):
        browser.press(TAB)
        reached.append(browser.run("return document.activeElement.closest('.card')?.id"))
    assert {"F1", "F2"} <= set(reached)


def test_an_address_that_names_a_finding_opens_it(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP, "#F6")
    assert is_open(browser, "F6")
    assert browser.run("return document.querySelector('#F6').checkVisibility()")


def test_findings_open_without_a_script(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.devtools("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(pages["rich"], DESKTOP)
        assert browser.run("return document.documentElement.className") == ""
        browser.click("#F2 > summary")
        assert is_open(browser, "F2")
        assert browser.run("return document.querySelector('#cases noscript').innerText").startswith("The list of all")
    finally:
        browser.devtools("Emulation.setScriptExecutionDisabled", {"value": False})


def test_cases_are_searched_and_filtered(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    assert (len(shown(browser)), found(browser)) == (30, "30 cases")
    browser.type("#search", "sync no such")
    assert shown(browser) == ["frob sync --key k.pem a.txt", "frob sync --cert c.pem a.txt"]
    assert found(browser) == "2 of 30 cases"
    browser.run("const box = document.getElementById('search'); box.value = ''; box.dispatchEvent(new Event('input'))")
    browser.click("[data-verdict=fail]")
    assert len(shown(browser)) == 5
    browser.click("[data-verdict=flaky]")
    assert len(shown(browser)) == 6
    browser.click("[data-verdict=fail]")
    assert shown(browser) == ["frob list --sort time a.txt"]


def test_a_finding_leads_to_its_cases_and_a_case_to_its_finding(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    browser.run("document.querySelector('#F2').open = true; document.querySelector('#F2 [data-find]').click()")
    assert shown(browser) == ["frob --dry list a.txt"]
    for _ in ("first", "again"):
        browser.run("document.querySelector('#F2').open = false")
        browser.click("#rows a")
        assert is_open(browser, "F2")


def test_the_slowest_cases_can_come_first(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    browser.type("#order", "slowest")
    assert shown(browser)[:2] == ["frob sync -j 0 a.txt", "frob list --sort time a.txt"]


def test_very_many_cases_are_listed_in_slices_and_searched_at_once(browser: Browser, tmp_path: Path) -> None:
    browser.open(write(tmp_path / "huge.html", huge(20_000)), DESKTOP)
    assert (len(shown(browser)), found(browser)) == (200, "20,000 cases")
    browser.click("#more")
    assert len(shown(browser)) == 400
    took_ms = browser.run(
        "const box = document.getElementById('search'), start = performance.now();"
        "box.value = 'item-19999'; box.dispatchEvent(new Event('input')); return performance.now() - start"
    )
    assert shown(browser) == ["frob list --sort name item-19999.txt"]
    assert took_ms < 1000


def test_a_command_is_copied_whole(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP)
    browser.run("window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); }")
    browser.click("#F1 [data-copy]")
    assert browser.run("return window.copied") == [rich().findings[0].finding.reproduce]


@SCHEMES
@pytest.mark.parametrize("name", REPORTS)
def test_all_text_can_be_read_in_the_light_and_in_the_dark(
    browser: Browser, pages: Mapping[str, Path], name: str, is_dark: bool
) -> None:
    browser.open(pages[name], DESKTOP, is_dark=is_dark)
    background: str = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert background == ("rgb(18, 21, 25)" if is_dark else "rgb(246, 245, 241)")
    assert browser.run(CONTRASTS) == []


def test_everything_is_unfolded_on_paper(browser: Browser, pages: Mapping[str, Path]) -> None:
    browser.open(pages["rich"], DESKTOP, is_dark=True)
    browser.devtools("Emulation.setEmulatedMedia", {"media": "print"})
    seen: dict[str, Any] = browser.run(
        "return {evidence: document.querySelector('#F5 .exhibit pre').getBoundingClientRect().height > 0,"
        " nav: document.querySelector('nav').checkVisibility(),"
        " paper: getComputedStyle(document.body).backgroundColor}"
    )
    browser.devtools("Emulation.setEmulatedMedia", {"media": ""})
    assert seen == {"evidence": True, "nav": False, "paper": "rgb(255, 255, 255)"}
    assert browser.paper().startswith(b"%PDF")
