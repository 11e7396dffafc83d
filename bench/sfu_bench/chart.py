"""Line charts as SVG, without anything to install."""
import html
import math

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 44, 52
COLOURS = ["#1f5fa8", "#c8511b", "#2d8a4e", "#8a4fa3", "#6b6b6b", "#b08900"]
INK, GRID = "#333", "#ddd"


def ticks(least, most, log):
    if log:
        return [10.0 ** power for power in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)]
    step = 10 ** math.floor(math.log10(most / 4))
    step = next(step * factor for factor in (1, 2, 5, 10) if most / (step * factor) <= 6)
    return [step * number for number in range(math.ceil(most / step) + 1)]


class Axis:
    """Values along one edge, on a linear scale from 0 or on a logarithmic one."""

    def __init__(self, values, start, end, log=False):
        self.ticks = ticks(min(values), max(values), log)
        self._start, self._end, self._log = start, end, log

    def at(self, value):
        scale = math.log10 if self._log else float
        low, high = scale(self.ticks[0]), scale(self.ticks[-1])
        share = (scale(value) - low) / (high - low) if high > low else 0
        return round(self._start + share * (self._end - self._start), 1)


def text(x, y, words, anchor="middle", size=12, colour=INK, turn=""):
    return (f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{turn}>'
            f'{html.escape(words)}</text>')


def grid(x, y):
    for value in x.ticks:
        yield f'<line x1="{x.at(value)}" y1="{TOP}" x2="{x.at(value)}" y2="{HEIGHT - BOTTOM}" stroke="{GRID}"/>'
        yield text(x.at(value), HEIGHT - BOTTOM + 18, f"{value:g}")
    for value in y.ticks:
        yield f'<line x1="{LEFT}" y1="{y.at(value)}" x2="{WIDTH - RIGHT}" y2="{y.at(value)}" stroke="{GRID}"/>'
        yield text(LEFT - 8, y.at(value) + 4, f"{value:g}", "end")


def line(points, x, y, colour, dashed):
    path = " ".join(f"{x.at(a)},{y.at(b)}" for a, b in points)
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
    if not dashed:
        for a, b in points:
            yield f'<circle cx="{x.at(a)}" cy="{y.at(b)}" r="3" fill="{colour}"/>'


def render(title, x_name, y_name, series, log=False):
    """`series` is a list of (name, [(x, y), …], dashed)."""
    every = [point for _, points, _ in series for point in points]
    x = Axis([a for a, _ in every], LEFT, WIDTH - RIGHT)
    y = Axis([b for _, b in every], HEIGHT - BOTTOM, TOP, log)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>', text(LEFT, 24, title, "start", 15), *grid(x, y),
             text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_name),
             text(18, (TOP + HEIGHT - BOTTOM) / 2, y_name, turn=f' transform="rotate(-90 18 {(TOP + HEIGHT - BOTTOM) / 2})"')]
    for number, (name, points, dashed) in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        parts += line(points, x, y, colour, dashed)
        parts.append(text(WIDTH - RIGHT + 12, TOP + 14 + 20 * number, name, "start", colour=colour))
    return "\n".join([*parts, "</svg>", ""])
