"""What mkdocs does beside its own: the files of the repository that pages point to are shown in them or named, since
they are no pages; pages that mkdocs.yml does not name, and decisions, are listed on the first; anchors are checked as links are."""
import logging
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
log = logging.getLogger("mkdocs.plugins.manual")

OUTSIDE = re.compile(r"\[([^\]]+)\]\(((?:\.\./)+[^)#]*)[^)]*\)")
# A line of its own that is nothing but such a link.
WHOLE_FILE = re.compile(r"^\[[^\]]+\]\(((?:\.\./)+[^)#]*)\)$", re.M)


def outside(page, link):
    """The file that a link leads to, where that is none of the manual's."""
    target = (ROOT / "docs" / page.file.src_path).parent / link
    if not target.exists():
        log.warning("%s: there is no %s", page.file.src_path, link)
    return None if target.resolve().is_relative_to(ROOT / "docs") else target


def show(page, match):
    file = outside(page, match[1])
    if not file or not file.is_file():
        return match[0]
    return f"```\n{file.read_text(encoding='utf-8').rstrip()}\n```"


def name(page, match):
    return match[0] if outside(page, match[2]) is None else match[1]


def title_of(path):
    return path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")


def on_nav(nav, config, files):
    listed = {page.file.src_path for page in nav.pages}
    further.extend(sorted(ROOT / "docs" / file.src_path for file in files.documentation_pages()
                          if file.src_path not in listed and not file.src_path.startswith("adr/")))
    return nav


def on_page_markdown(markdown, page, config, files):
    if page.file.src_path == "index.md":
        markdown = markdown.replace("## Decisions", "\n".join(f"- [{title_of(path)}]({path.name})" for path in further) + "\n\n## Decisions")
        markdown += "\n\n" + "\n".join(f"- [{title_of(path)}](adr/{path.name})" for path in sorted((ROOT / "docs/adr").glob("*.md")))
    markdown = WHOLE_FILE.sub(lambda match: show(page, match), markdown)
    return OUTSIDE.sub(lambda match: name(page, match), markdown)


further: list[Path] = []
anchors: dict[str, set[str]] = {}
links: list[tuple[str, str, str]] = []


def on_page_content(html, page, config, files):
    here = page.file.url
    anchors[here] = set(re.findall(r'\bid="([^"]+)"', html))
    for link in re.findall(r'<a [^>]*href="([^":]*#[^"]+)"', html):
        target, anchor = link.split("#", 1)
        folder = Path(here).parent
        links.append((page.file.src_path, str((folder / target).as_posix()) if target else here, anchor))
    return html


def on_post_build(config):
    for page, target, anchor in links:
        known = anchors.get(normal(target))
        if known is not None and anchor not in known:
            log.warning("%s: %s has no #%s", page, target, anchor)


def normal(path):
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
