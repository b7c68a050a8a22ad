# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`cmp --html`: the page in headless Chromium: what is to be read is there, in light, dark and on paper, and nothing is asked of any network."""

import http.server
import shutil
import struct
import subprocess
import threading
import zlib
from html.parser import HTMLParser

import csvtext
import numpy
import pytest
from conftest import COVID

GROUND = {"light": (255, 255, 255), "dark": (0x14, 0x17, 0x1A)}
DIFFERENT = {"light": (0xD1, 0x50, 0x0B), "dark": (0xF0, 0x8A, 0x4B)}


@pytest.fixture
def chromium(tmp_path):
    path = shutil.which("chromium")
    assert path, "chromium is not installed: Tests/setup.sh python installs it"

    def run(page, *options):
        # The browser's own calls home find nothing; this machine's address stays, so that what a page asks for would be seen.
        common = [
            "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={tmp_path}/profile",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--no-first-run", "--disable-background-networking",
        ]  # fmt: skip
        done = subprocess.run([path, *common, *options, f"file://{page}"], capture_output=True, timeout=120, check=True)
        return done.stdout.decode()

    return run


def pixels(path):
    """A PNG of eight-bit colours as rows x columns x (red, green, blue)."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and colour in (2, 6) and not interlaced
        packed += body if kind == b"IDAT" else b""
        at += 12 + length
    size = 3 if colour == 2 else 4
    lines = numpy.frombuffer(zlib.decompress(packed), numpy.uint8).reshape(height, 1 + width * size)
    image = numpy.zeros((height, width, size), numpy.uint8)
    above = numpy.zeros((width, size), numpy.uint8)
    for row, line in enumerate(lines):
        above = image[row] = unfiltered(line[0], line[1:].reshape(width, size), above)
    return image[:, :, :3]


def picture(chromium, page, shot, width, height, scheme):
    """The page's pixels. A browser in haste may leave rectangles undrawn, others each time; what it shows twice is what is there."""
    seen = []
    while len(seen) < 8:
        chromium(
            page, f"--screenshot={shot}", f"--window-size={width},{height}", "--run-all-compositor-stages-before-draw",
            f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}")  # fmt: skip
        image = pixels(shot)
        if any(numpy.array_equal(image, other) for other in seen):
            return image
        seen.append(image)
    raise AssertionError(f"no two of {len(seen)} pictures are alike")


def unfiltered(kind, line, above):
    """One line of a PNG (RFC 2083, section 6)."""
    if kind == 0:
        return line
    if kind == 1:
        return numpy.cumsum(line, axis=0, dtype=numpy.uint8)
    if kind == 2:
        return line + above
    result = line.astype(int)
    left = numpy.zeros(line.shape[1], int)
    corner = left
    for column, over in enumerate(above.astype(int)):
        if kind == 3:
            guess = (left + over) // 2
        else:
            estimate = left + over - corner
            near = numpy.abs([estimate - left, estimate - over, estimate - corner])
            guess = numpy.where(
                (near[0] <= near[1]) & (near[0] <= near[2]), left, numpy.where(near[1] <= near[2], over, corner))
        result[column] = (result[column] + guess) % 256
        left, corner = result[column], over
    return result.astype(numpy.uint8)


def share(image, colour):
    return float(numpy.all(image == colour, axis=2).mean())


class Reader(HTMLParser):
    """Elements, and what is to be read."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.links = [], [], []
        self.feed(text)
        self.text = " ".join(" ".join(self.texts).split())

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "data", "action", "srcset")]

    def handle_data(self, data):
        self.texts.append(data)


def covid_page(colonnade, tmp_path, *options):
    page = tmp_path / "covid.html"
    pair = [COVID / "brazil_covid19.csv", COVID / "expected/new_brazil_covid19.csv"]
    colonnade("cmp", *pair, "--on", "date,state", "--html", page, "-q", *options, expect=1)
    return page


def test_what_is_to_be_read(colonnade, chromium, tmp_path):
    page = covid_page(colonnade, tmp_path)
    found = Reader(chromium(page, "--dump-dom"))
    for text in [
        "The rows differ", "brazil_covid19.csv", "Paired by date , state", "rows in source 2,409", "of these different 836 41.3 %",
        "only in source 384 15.9 %", "Only in source: region (string)", "cases int64", "827 40.8 %", "446 22.0 %", "-61,100",
        "By how much numbers differ", "752 smaller, 75 greater · median 23", "Differing rows along date", "2020-02-26", "2020-06-10",
        "25 of 1,220 rows that differ",
    ]:  # fmt: skip
        assert text in found.text, text
    assert found.elements.count("figure") == 3 and found.elements.count("rect") > 60
    assert not found.links and "script" not in found.elements
    assert page.stat().st_size < 60_000
    other = page.rename(tmp_path / "first.html").read_bytes()
    assert covid_page(colonnade, tmp_path, "--threads", 2).read_bytes() == other


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width, height", [(1200, 900), (390, 1400)])
def test_how_it_looks(colonnade, chromium, tmp_path, scheme, width, height):
    page = covid_page(colonnade, tmp_path)
    image = picture(chromium, page, tmp_path / "page.png", width, height, scheme)
    assert image.shape[0] == height
    assert 0.3 < share(image, GROUND[scheme]) < 0.95
    # Bars: of the columns, the histograms, the dates.
    assert share(image, DIFFERENT[scheme]) > 0.02
    assert len(numpy.unique(image.reshape(-1, 3), axis=0)) > 50


def test_on_paper(colonnade, chromium, tmp_path):
    page, paper = covid_page(colonnade, tmp_path), tmp_path / "page.pdf"
    chromium(page, f"--print-to-pdf={paper}", "--blink-settings=preferredColorScheme=0")
    data = paper.read_bytes()
    assert data.startswith(b"%PDF-") and 2 <= data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 5


class Asked(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_data_stays_text_and_nothing_is_asked_for(colonnade, chromium, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    leak = f"http://127.0.0.1:{server.server_port}"
    hostile = f"<script>document.title='run'</script><img src='{leak}/img'><style>body{{background:url({leak}/css)}}</style>"
    try:
        # Chromium does ask where a page says so: otherwise the rest of this test would mean nothing.
        control = tmp_path / "control.html"
        control.write_text(hostile)
        assert "<title>run</title>" in chromium(control, "--dump-dom")
        assert sorted(server.asked) == ["/css", "/img"]
        server.asked.clear()
        name = f"v\"'>{hostile}"
        csvtext.write(tmp_path / "a.csv", [["k", name], [hostile, "1"], ["x", hostile], ["y", "</title></style>"]])
        csvtext.write(tmp_path / "b.csv", [["k", name], [hostile, "2"], ["x", "<!--"], ["z", "]]>"]])
        page = tmp_path / "page.html"
        colonnade("cmp", tmp_path / "a.csv", tmp_path / "b.csv", "--on", "k", "--html", page, "-q", expect=1)
        shown = chromium(page, "--dump-dom")
        found = Reader(shown)
        assert "<title>run</title>" not in shown and not found.links
        assert {"script", "img"}.isdisjoint(found.elements) and found.elements.count("style") == 1
        assert hostile[:100] in found.text
        for text in ["</title></style>", "<!--", "]]>"]:
            assert text in found.text
        assert server.asked == []
    finally:
        server.shutdown()
