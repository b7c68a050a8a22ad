# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Line charts on two logarithmic axes, side by side in one SVG, drawn without any library."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 380, 300, 56, 44, 34, 14
COLOURS = ["#1f6feb", "#d1570a", "#2da44e", "#8250df"]


def label(value):
    """10, 1 k, 10 M: as people read them."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g}"


def panel(title, x_title, y_title, series, y_range):
    """One chart: `series` is a list of (name, [(x, y)]), everything greater than 0."""
    xs = [x for _, points in series for x, _ in points]
    x_low, x_high = math.log10(min(xs)), math.log10(max(xs))
    y_low, y_high = y_range

    def place(x, y):
        across = (math.log10(x) - x_low) / max(x_high - x_low, 1e-9)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP)

    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    for power in range(math.ceil(x_low - 1e-9), math.floor(x_high + 1e-9) + 1):
        x, _ = place(10.0**power, 10.0**y_low)
        parts.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">{label(10.0**power)}</text>')
    for power in range(y_low, y_high + 1):
        _, y = place(min(xs), 10.0**power)
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label(10.0**power)}</text>')
    for number, (name, points) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += ['<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"/>'.format(*place(*point), colour) for point in points]
        parts.append(f'<text x="{WIDTH - RIGHT - 4}" y="{TOP + 14 + 14 * number}" text-anchor="end" fill="{colour}">{escape(name)}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(x_title)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">{escape(y_title)}</text>')
    return parts


def charts(panels):
    """The SVG text of `panels`: (title, title of x, title of y, series) each, all with one scale of y."""
    ys = [y for _, _, _, series in panels for _, points in series for _, y in points]
    y_range = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * len(panels)}" height="{HEIGHT}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH * len(panels)}" height="{HEIGHT}" fill="white"/>',
    ]
    for number, chart in enumerate(panels):
        parts += [f'<g transform="translate({WIDTH * number} 0)">', *panel(*chart, y_range), "</g>"]
    return "\n".join(parts + ["</svg>"]) + "\n"
