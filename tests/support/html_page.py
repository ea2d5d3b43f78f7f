"""A page of HTML as a parser sees it: every element with its attributes, ids, text, and what is not balanced."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "input", "img", "link"}


class HtmlPage(HTMLParser):
    """Parsed at once. `elements` are (tag, attributes) in document order; `text` is by enclosing tag."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, list[str]] = {}
        self.strange: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        self.strange += [f"<{tag}> is never closed" for tag in self._open]

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]

    def having(self, attribute: str) -> list[str]:
        """Every value of an attribute."""
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if len(dict(attrs)) != len(attrs):
            self.strange.append(f"<{tag}> has an attribute twice")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if not self._open or self._open.pop() != tag:
            self.strange.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        self.text.setdefault(self._open[-1] if self._open else "", []).append(data)

    def unknown_decl(self, data):
        self.strange.append(data)

    def handle_pi(self, data):
        self.strange.append(data)
