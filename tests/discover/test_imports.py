"""Imports by syntax tree; own modules and the standard library set aside."""

from __future__ import annotations

import pytest

from tests.support.discovering import discovered, problems


def imports(text: str, name: str = "run.py", **more: str):
    return discovered({name: text, **more}).imports


def modules(text: str, name: str = "run.py", **more: str) -> list[str]:
    return [found.module for found in imports(text, name, **more)]


def test_statements_with_their_lines():
    found = imports(
        "import os, a.b as c\nfrom d.e import f, g\nfrom h import *\nfrom . import i\nfrom .j import k\n"
    )
    assert [(i.module, i.members, i.location.line) for i in found] == [
        ("a.b", (), 1),
        ("d.e", ("f", "g"), 2),
        ("h", (), 3),
    ]
    assert found[1].paths == ("d.e.f", "d.e.g")
    assert found[0].top == "a"


def test_where_an_import_stands():
    found = imports(
        "if TYPE_CHECKING:\n    import typed\nelse:\n    import run\n"
        "def f():\n    import lazy\n"
        "if sys.version_info < (3, 11):\n    import tomli\n"
        "if args.excel:\n    import openpyxl\n"
        "class C:\n    for x in y:\n        with z:\n            import deep\n"
        "match a:\n    case 1:\n        import matched\n"
    )
    assert {i.module: (i.need, i.lazy) for i in found} == {
        "typed": ("typing", False),
        "run": ("required", False),
        "lazy": ("required", True),
        "tomli": ("optional", False),
        "openpyxl": ("required", False),
        "deep": ("required", False),
        "matched": ("required", False),
    }


@pytest.mark.parametrize(
    "kind", ["ImportError", "ModuleNotFoundError", "Exception", "(OSError, ImportError)", ""]
)
def test_a_caught_import_is_optional(kind):
    (found,) = imports(f"try:\n    import a\nexcept {kind}:\n    a = None\n")
    assert (found.need, found.guarded) == ("optional", True)


@pytest.mark.parametrize(
    "end", ["raise", "sys.exit(1)", "print('pip install a'); exit()", "raise SystemExit('a')"]
)
def test_but_not_when_the_handler_ends_the_program(end):
    (found,) = imports(f"try:\n    import a\nexcept ImportError:\n    {end}\n")
    assert (found.need, found.guarded) == ("required", True)


def test_nor_when_the_handler_installs_it_and_imports_again():
    found = imports("try:\n    import a\nexcept ImportError:\n    install('a')\n    import a\n")
    assert {i.need for i in found} == {"required"}


def test_an_alternative_is_optional_and_other_errors_do_not_matter():
    found = imports(
        "try:\n    import a\nexcept ImportError:\n    import b\ntry:\n    import c\nexcept OSError:\n    pass\n"
    )
    assert {i.module: i.need for i in found} == {"a": "optional", "b": "optional", "c": "required"}
    assert imports("with contextlib.suppress(ImportError):\n    import a\n")[0].need == "optional"


def test_calls_that_import():
    found = imports(
        "importlib.import_module('a.b')\nx = __import__('c')\nif import_module('d'): pass\n"
        "def f(p=import_module('e')):\n    return [import_module('g')]\npytest.importorskip('h')\n"
        "import_module(name)\nimport_module('.rel')\nimport_module('not a module')\nimport_module(1)\n"
    )
    assert [(i.module, i.need, i.lazy) for i in found if i.top != "pytest"] == [
        ("a.b", "required", False),
        ("c", "required", False),
        ("d", "required", False),
        ("e", "required", False),
        ("g", "required", True),
        ("h", "optional", False),
    ]


def test_the_standard_library_is_that_of_the_skills_python():
    text = "import tomllib, distutils, imp, asyncio, __future__\n"
    assert modules(text) == []
    assert [i.module for i in discovered({"a.py": text}, python="3.9").imports] == ["tomllib"]
    assert [i.module for i in discovered({"a.py": text}, python="3.13").imports] == ["distutils", "imp"]
    assert [i.module for i in discovered({"a.py": text}, python="3.99").imports] == ["distutils", "imp"]


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("import own", ["scripts/own.py"]),
        ("import own", ["own.py"]),
        ("import own", ["src/own/__init__.py"]),
        ("import own", ["scripts/own.cpython-311-x86_64-linux-gnu.so"]),
        ("from scripts.own import x", ["scripts/own.py"]),
        ("from scripts import own", ["scripts/own.py"]),
        ("import own.deep", ["own/deep.py"]),
        ("import own.deep", ["own/__init__.py"]),
        ("import sys\nsys.path.insert(0, '../code')\nimport own", ["code/own.py"]),
        (
            "import sys\nHERE = Path(__file__).parent / 'code' / 'py'\nsys.path.append(str(HERE))\nimport own",
            ["code/py/own.py"],
        ),
        ("import s.x", ["__init__.py"]),
    ],
)
def test_own_modules_are_set_aside(text, files):
    assert modules(text, "scripts/run.py", **dict.fromkeys(files, "")) == []


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("import own", ["other/own.py"]),
        ("import docx", ["docx/templates/x.py"]),
        ("import own.deep", ["own.py"]),
        ("import run.core", []),
        ("import own", ["/skills/other/own.py"]),
    ],
)
def test_others_are_not(text, files):
    assert modules(text, "scripts/run.py", **dict.fromkeys(files, "")) == [text.split()[1]]


def test_scripts_by_their_first_line_and_notebook_cells():
    assert modules("#!/usr/bin/env python3\nimport a\n", "bin/tool") == ["a"]
    assert modules("import a\n", "bin/data") == []
    assert modules("import a\n", "run.pyw") == ["a"]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"print 'python 2'\nimport a\n", 1),
        (b"import a\ndef f(:\n", 2),
        (b"import a\n\0", None),
        (b"import a\nx = " + b"(" * 5000, 2),
        (b"import a\nx = " + b"-" * 100_000 + b"1\n", None),
        (b"import a\nx = a" + b".b" * 100_000, None),
        (b"import a\nx = 1" + b"+1" * 100_000, None),
        (b"import a\nif 1:\n pass\n" + b"elif 1:\n pass\n" * 10_000, None),
        (b"# coding: no-such\nimport a\n", 1),
        (b"# coding: idna\nimport a\n", 1),
        (b"# coding: unicode_escape\nimport a\n", 1),
        (b"import a\n\xff\n", 2),
        (b"import a\nx = " + b"9" * 5000, 2),
        (b"import a\n" + b"#" * 3_000_001, None),
    ],
)
def test_what_cannot_be_parsed_is_said(content, line):
    found = discovered({"bad.py": content, "good.py": "import b\n"})
    assert [i.module for i in found.imports] == ["b"]
    (problem,) = problems(found)
    assert problem.startswith("bad.py:") if line is None else problem.startswith(f"bad.py:{line}")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfimport a\r\n",
        "# -*- coding: latin-1 -*-\nimport a  # é\n".encode("latin-1"),
        "# coding: gbk\nimport a  # 中\n".encode("gbk"),
        b"import a\rx = '\\d'\r",
        b"import a\nx = 1 is 1\nassert (x, 1)\n",
    ],
)
def test_encodings_line_ends_and_warnings(content):
    found = discovered({"run.py": content})
    assert [i.module for i in found.imports] == ["a"]
    assert not found.not_understood


@pytest.mark.slow
def test_a_script_of_a_hundred_thousand_lines():
    found = discovered({"run.py": "import os\nx = six(1)\n" * 50_000 + "import six\nimport six\n"})
    assert [(i.module, i.location.line) for i in found.imports] == [("six", 100_001)]
