"""Make the pictures in docs/images anew: the HTML report, and the comment as GitHub would show it.

The comment is rendered by GitHub's own Markdown library; the style around it is only like GitHub's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import cmarkgfm
import cmarkgfm.cmark

from checker.model.verdict import Verdict
from checker.reporters import REPORTERS
from scripts.browser import screenshot
from tests.support.verdicts import sample

IMAGES = Path(__file__).parents[1] / "docs/images"
#: Larger ones make a clone slow.
MOST_BYTES = 200_000
COMMENT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>comment</title><style>
body { margin: 0; padding: 24px; background: #fff; color: #1f2328; font: 14px/1.5 "Noto Sans", sans-serif }
main { border: 1px solid #d1d9e0; border-radius: 6px; padding: 8px 16px; max-width: 820px; margin: auto }
h2 { border-bottom: 1px solid #d1d9e0; padding-bottom: 6px } h3 { margin: 20px 0 8px }
table { border-collapse: collapse } th, td { border: 1px solid #d1d9e0; padding: 5px 11px }
code { background: #eff1f3; border-radius: 4px; padding: 2px 5px; font: 85% "DejaVu Sans Mono", monospace }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: auto }
pre code { background: none; padding: 0 }
summary { cursor: pointer } ul { padding-left: 26px }
</style></head><body><main>"""


def comment() -> str:
    """The Markdown report as a page."""
    # GitHub lets `details` and `sub` stand, and so must this.
    options = cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE
    body: str = cmarkgfm.github_flavored_markdown_to_html(REPORTERS["markdown"](sample()), options=options)
    return f"{COMMENT}{body}</main></body></html>"


def one_skill() -> Verdict:
    """The skill with a dependency tree, alone on its page."""
    verdict = sample()
    alone = tuple(skill for skill in verdict.skills if skill.skill == "skills/report")
    return verdict.model_copy(update={"skills": alone})


def main() -> int:
    """0 when every picture was made and is small enough."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        report, posted = Path(folder, "report.html"), Path(folder, "comment.html")
        report.write_text(REPORTERS["html"](sample()), encoding="utf-8")
        posted.write_text(comment(), encoding="utf-8")
        screenshot(report, IMAGES / "report-light.png", width=1024, height=1320)
        screenshot(report, IMAGES / "report-dark.png", width=1024, height=1320, dark=True)
        screenshot(report, IMAGES / "report-narrow.png", width=500, height=1320)
        report.write_text(REPORTERS["html"](one_skill()), encoding="utf-8")
        screenshot(report, IMAGES / "report-tree.png", width=1024, height=1200)
        screenshot(posted, IMAGES / "comment.png", width=900, height=1200)
    sizes = {path.name: path.stat().st_size for path in sorted(IMAGES.glob("*.png"))}
    print("".join(f"{name} {size:,} bytes\n" for name, size in sizes.items()), end="")
    return int(any(size > MOST_BYTES for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main())
