"""Writes the goldens of internal/jinja and internal/chat.

    python ref/chat_golden.py

internal/jinja, snippets.jsonl: small templates and what transformers' own Jinja environment makes of them, the text or the class,
message and line of the exception. internal/chat, render.jsonl: the templates of its testdata/templates over its
testdata/conversations.json, through apply_chat_template; masks.jsonl: token ids and labels as TRL's SFTTrainer prepares them.
Every file starts with the versions that wrote it.
"""
# ruff: noqa: UP031 (templates are full of braces, which only percent formats leave alone)

import argparse
import copy
import datetime
import importlib.metadata
import json
import logging
import platform
import random
import types
import warnings
from pathlib import Path

import jinja2
import tokenizers
import transformers
from tokenizers import decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

INTERNAL = Path(__file__).resolve().parent.parent / "internal"
INPUTS = INTERNAL / "chat" / "testdata"
VERSIONS = {
    "python": ".".join(platform.python_version_tuple()[:2]),  # words of exceptions differ between them
    **{name: importlib.metadata.version(name) for name in ("jinja2", "markupsafe", "transformers", "tokenizers", "trl")},
}
NOW = datetime.datetime(2026, 3, 9, 14, 5, 7, 123456)


class FrozenClock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


chat_template_utils.datetime = FrozenClock


def failure(e):
    """[class, message, line of the template]; line 0 is not compared."""
    line = 0
    if isinstance(e, jinja2.TemplateSyntaxError):
        return [type(e).__name__, e.message, e.lineno]
    tb = e.__traceback__
    while tb:
        if tb.tb_frame.f_code.co_filename == "<template>":
            line = tb.tb_lineno
        tb = tb.tb_next
    if isinstance(e, SyntaxError):
        return [type(e).__name__, e.msg, 0]
    if isinstance(e, RecursionError):
        return [type(e).__name__, "", 0]
    # Jinja writes these checks without noting a line, and reports that of the statement before.
    return [type(e).__name__, str(e), 0 if "non-namespace object" in str(e) else line]


def outcome(source, variables):
    """What transformers' environment makes of a template: text or failure."""
    try:
        return chat_template_utils._compile_jinja_template(source).render(**copy.deepcopy(variables))
    except Exception as e:
        out = failure(e)
        return [*out[:2], 0] if "{% with" in source or "{%- with" in source or "{%+ with" in source else out


# --- snippets ---------------------------------------------------------------------------------------------------------------

VARIABLES = {
    "s": "Hello Wörld", "e": "", "n": 5, "z": 0, "f": 2.5, "b": True, "nothing": None, "l": [3, 1, 2], "w": ["b", "A", "c", "a"],
    "mix": [1, "a", None, 2.5], "d": {"b": 1, "A": 2, "a": [1, {"x": None}]}, "nest": [[1, [2, 3]], [4]],
    "recs": [{"n": "x", "v": 3, "t": {"u": 1}}, {"n": "Y", "v": 1, "t": {"u": 2}}, {"n": "x", "v": 2}],
    "items": {"items": 1, "keys": 2}, "big": 12345678901234567890123,
}
VALUES = """none|true|false|0|1|-3|7|2.5|-0.5|1e20|1e-7|''|'abc'|'Hello World'|'  pad\\t'|'a,b,,c'|'ÄÖßéΣ aΣ'|'x<y&"z\\''|'12'|'-1.5e3'
'ab\\ncd\\n\\nef'|'%s-%d'|[]|[1,2,3]|['b','A','c']|[1,'a',none]|(1,2)|()|{}|{'a':1,'b':2}|{'b':[1],'a':none,1:2.0}|nope|d.nope
range(4)|range(5,0,-2)|d.items()|d.keys()|d.values()|namespace(a=1)|('m<'|safe)|10**20|big|recs|[[2,'b'],[1,'a']]|'true'|'日本語'
'aXbXc'|[true,false,none]|[1.0,2,true]|nope|default([])""".replace("nope|default([])", "(nope~'')").replace("('m<'|safe)", "('m<'\0safe)")
VALUES = [v.replace("\0", "|") for v in VALUES.replace("\n", "|").split("|")]
FILTERS = {
    "abs": [""], "attr": ["'a'", "'upper'", "1", ""], "batch": ["2", "2,'x'", "3,none", "'a'", "-1"], "capitalize": [""],
    "center": ["10", "", "'a'", "-1"], "count": [""], "default": ["", "'d'", "'d',true", "default_value=1", "none"],
    "dictsort": ["", "true", "by='value'", "reverse=true", "false,'foo'"], "escape": [""], "first": [""],
    "float": ["", "1.5", "default='x'"], "forceescape": [""], "format": ["1", "'a',2", "a=1", "1,a=2", ""],
    "groupby": ["'n'", "'t.u',default=0", "'n',case_sensitive=true", "0", ""],
    "indent": ["", "2", "2,true", "'--'", "2,false,true", "width=1,first=true", "none", "2.5"],
    "int": ["", "5", "base=16", "default=none", "0,99"], "items": [""], "join": ["", "','", "', ',attribute='n'", "1", "none"],
    "last": [""], "length": ["", "1"], "list": [""], "lower": [""],
    "map": ["'upper'", "attribute='n'", "attribute='q',default='z'", "'default','x'", "'nofilter'", "", "1", "foo=1", "'int'",
            "attribute='t.u'", "attribute=0", "attribute='n',bad=1"],
    "max": ["", "attribute='v'", "true"], "min": ["", "case_sensitive=true"], "reject": ["", "'odd'", "'notest'", "'in',[1,2]"],
    "rejectattr": ["'v'", "'v','equalto',1", "'t.u','defined'", ""],
    "replace": ["'a','b'", "'a'", "'','-'", "'l','L',1", "1,2", "none,'x'", "'a','b',count=1", "'a','b','c'"], "reverse": [""],
    "round": ["", "1", "0,'ceil'", "1,'floor'", "0,'foo'", "-1", "2.5", "'a'"], "safe": [""],
    "select": ["", "'even'", "'string'", "'gt',1"], "selectattr": ["'v'", "'v','gt',1", "'n','equalto','x'", "'t','mapping'"],
    "slice": ["2", "2,'x'", "0", "'a'", "-1"], "sort": ["", "true", "attribute='v'", "attribute='n,v'", "case_sensitive=true",
                                                       "reverse=true,attribute='t.u'", "attribute=0"],
    "string": [""], "sum": ["", "attribute='v'", "start=10", "start=''", "none,[]"], "title": [""],
    "tojson": ["", "indent=2", "true", "separators=(',',':')", "sort_keys=true", "indent='\\t',sort_keys=true", "2", "indent=0",
               "foo=1", "ensure_ascii=true,indent=none"],
    "trim": ["", "'ab '", "none", "1"], "truncate": ["5", "5,true", "8,false,'…'", "2", "5,leeway=0", "10,true,'',0"],
    "unique": ["", "true", "attribute='n'"], "upper": [""], "urlencode": [""], "wordcount": [""], "xmlattr": ["", "false"],
    "e": [""], "d": ["'x'"],
}
LAZY = {"batch", "slice", "map", "select", "reject", "selectattr", "rejectattr", "unique", "reverse", "items"}
TESTS = {
    "boolean": [""], "callable": [""], "defined": ["", "1"], "divisibleby": ["2", "0", "'a'", ""], "eq": ["1", "'abc'", "1.0"],
    "escaped": [""], "even": [""], "false": [""], "filter": [""], "float": [""], "ge": ["1"], "gt": ["1", "'a'"],
    "in": ["[1,2]", "'abc'", "{'a':1}", "5", "none"], "integer": [""], "iterable": [""], "le": ["2"], "lower": [""], "lt": ["2"],
    "mapping": [""], "ne": ["1"], "none": [""], "number": [""], "odd": [""], "sameas": ["none", "true"], "sequence": [""],
    "string": [""], "test": [""], "true": [""], "undefined": [""], "upper": [""], "notest": [""], "lessthan": ["3"],
}
METHODS = {
    "capitalize": [""], "casefold": [""], "center": ["10", "10,'*'", "10,'ab'", "'a'", ""], "count": ["'a'", "'l',2,5", "1", "''"],
    "endswith": ["'c'", "('c','d')", "1", "'c',1", "('c',1)", "'',5"], "expandtabs": ["", "4", "'a'"],
    "find": ["'b'", "'b',0,1", "1", "'',9", "'ß'"], "format": ["1", "1,2", "a=1", ""], "index": ["'b'", "'zz'"], "isalnum": [""],
    "isalpha": [""], "isascii": [""], "isdecimal": [""], "isdigit": [""], "isidentifier": [""], "islower": [""],
    "isprintable": [""], "isspace": [""], "istitle": [""], "isupper": [""],
    "join": ["['a','b']", "[1]", "'xyz'", "5", "none", "d", "nope"], "ljust": ["8", "8,'.'"], "lower": ["", "1"],
    "lstrip": ["", "'a '", "1"], "partition": ["'b'", "''", "1", "','"], "removeprefix": ["'a'", "1"], "removesuffix": ["'c'", ""],
    "replace": ["'a','b'", "'a','b',1", "'a'", "'',','", "1,'a'", "'a','b',count=1", "'a',none"], "rfind": ["'b'", "'l',0,4"],
    "rindex": ["'q'"], "rjust": ["8"], "rpartition": ["' '", "','"], "rsplit": ["", "','", "' ',1", "none,1", "''"],
    "rstrip": ["", "'c'"], "split": ["", "','", "',',1", "none,1", "''", "1", "sep=','", "foo=1", "',',maxsplit=1", "none,0"],
    "splitlines": ["", "true", "keepends=true"], "startswith": ["'a'", "('x','a')", "'b',1", "none", "['a']"],
    "strip": ["", "'a'", "none", "'a','b'", "x=1"], "swapcase": [""], "title": [""], "upper": [""], "zfill": ["8", "'a'"],
    "items": ["", "1"], "keys": [""], "values": [""], "get": ["'a'", "'q'", "'q',5", "", "[1]", "'q',1,2", "x=1"], "copy": [""],
    "pop": ["'a'"], "update": ["{}"], "append": ["1"], "nope": [""], "__class__": [""], "_x": [""], "fromkeys": ["[1,2]"],
    "setdefault": ["1"], "a": [""],
}
PERCENT = ["%s", "%d", "%5d|", "%-5d|", "%05d", "%+d", "%x", "%#x", "%X", "%o", "%e", "%.2f", "%10.3f|", "%g", "%.3g", "%c", "%r", "%a", "%%", "%i", "%5s|", "%-5s|", "%.2s", "%(a)s", "%(b)d", "%(zz)s", "%s_%s", "%", "%y", "%5", "%*d", "%.*f", "%u", "%G", "%E", "%#o", "%+.1e", "abc"]
SPECS = ["", "d", "5", "<5", "^7", ">7", "05", "+", "x", "#x", "b", "o", ",", "_", ".2f", "8.2f", "e", "g", "%", ".1%", "s", ".2",
         "*^9", "=+6", "n", "X", "q", "10,", "010,", ".3", "=5", "06.1f", "+.2e", "G", "_x"]
KEYS = ["0", "-1", "5", "'a'", "none", "true", "1.5", "[1]", "nope", "(1,2)", "1:", "::-1", ":2", "::0", "'x':", "-2:", "1:2:3",
        "none:none", "2:0:-1", "'upper'", "'b'"]


def corners():
    """The templates of chat_corners.txt: one a line, or several lines between <<< and >>>."""
    block = None
    for line in (Path(__file__).parent / "chat_corners.txt").read_text(encoding="utf-8").splitlines():
        if line == "<<<":
            block = []
        elif line == ">>>":
            yield "\n".join(block)
            block = None
        elif block is not None:
            block.append(line)
        else:
            yield line


def systematic(r):
    """Every filter, test, method, operator, key and format, each over a few of the values."""
    texts = [v for v in VALUES if v.startswith("'")]

    def some(n):
        return r.sample(VALUES, n)

    for v in VALUES:
        yield "{{ %s }}" % v
        yield "{%% if %s %%}T{%% else %%}F{%% endif %%}" % v
        yield "{%% for x in %s %%}[{{ x }}{{ loop.index }}/{{ loop.length }}]{%% else %%}E{%% endfor %%}" % v
        yield "{%% for a, b in %s %%}{{ a }}:{{ b }};{%% endfor %%}" % v
        yield "{{ -(%s) }}|{{ not %s }}" % (v, v)
        yield "{{ (%s)() }}" % v
        yield "{{ dict(%s) }}" % v
    for k in KEYS:
        for v in some(6):
            yield "{%% set q = %s %%}{{ q[%s] }}" % (v, k)
    for a in ["a", "foo", "_p", "x.y"]:
        for v in some(8):
            yield "{{ (%s).%s }}" % (v, a)
    for f, args in FILTERS.items():
        for a in args:
            for v in some(7):
                yield "{{ %s|%s%s%s }}" % (v, f, a and "(%s)" % a, "|list" if f in LAZY else "")
    for t, args in TESTS.items():
        for a in args:
            for v in some(6):
                yield "{{ %s is %s%s }}" % (v, t, a and "(%s)" % a)
    for m, args in METHODS.items():
        for a in args:
            for v in [*r.sample(texts, 3), *some(2)]:
                yield "{{ (%s).%s(%s) }}" % (v, m, a)
    for o in ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in"]:
        for v, w in zip(some(30), some(30), strict=True):
            yield "{{ (%s) %s (%s) }}" % (v, o, w)
    for f in PERCENT:
        for v in [*some(4), "(1,2)", "(5,1.5)", "{'a':'x','b':3}"]:
            yield "{{ '%s' %% (%s) }}" % (f, v)
    for spec in SPECS:
        for v in [*some(3), "3", "-1234567", "2.5", "-1e20", "'abc'"]:
            yield "{{ '{:%s}'.format(%s) }}" % (spec, v)
    for f in ["{}", "{0}", "{1}", "{a}", "{a.b}", "{a[0]}", "{0[a]}", "{!r}", "{!s:>5}", "{:{}}", "{0:{1}}", "{", "}", "{{}}", "{}{1}",
              "{1}{}", "{!z}", "{a!r:>6}", "{0.upper}", "{a[b]}", "{:}", "{!}", "{a.}", "{a[}", "{]}", "{[}", "{0x}", "{ }"]:
        for w in ["", "1", "1,2", "'abc'", "a=1", "a={'b':2}", "{'a':1}", "[3]", "'x',6", "6,'<4'"]:
            if r.random() < 0.4:
                yield "{{ %r.format(%s) }}" % (f, w)


def stable(template, out):
    """Whether the outcome is the language's own: no addresses, no sets, and nothing internal/jinja refuses by design."""
    text = str(out).lower()
    return not (
        "0x7" in text or "bound method" in text or "built-in method" in text or "generator object" in text
        or "markup." in text or "t_" in text and "root.<locals>" in text
        or ("d.keys()) -" in template or "d.items()) -" in template or "- (d.keys" in template or "- (d.items" in template)
        or ("range(" in template and (".count(" in template or ".index(" in template))
        or ("isnumeric" in template or ".encode" in template)
    )


class Grammar:
    """Random templates: statements of every kind around a few names, so that scopes meet."""

    def __init__(self, r):
        self.r = r
        self.names = ["x", "y", "m", "item", "ns", "s", "n", "l", "d", "recs", "loop", "caller", "kwargs", "varargs"]

    def pick(self, *a):
        return self.r.choice(a)

    def expr(self, d=0):
        r, p = self.r.random(), self.pick
        if d > 2 or r < 0.35:
            names = [self.r.choice(self.names) for _ in range(4)]
            return p("1", "2", "'a'", "'b c'", "true", "none", "[]", "[1,2]", "loop.index", "loop.first", "ns.a", "ns.b", "x", "y", *names)
        if r < 0.45:
            return self.expr(d + 1) + p(" + ", " ~ ", " == ", " - ", " in ", " < ", " * ") + self.expr(d + 1)
        if r < 0.5:
            return p("x", "y", "n", "nope") + p(" and ", " or ") + self.expr(d + 1)
        if r < 0.6:
            return "(%s if %s%s)" % (self.expr(d + 1), self.expr(d + 1), p("", " else " + self.expr(d + 1), " else x"))
        if r < 0.7:
            return self.expr(d + 1) + p("|upper", "|length", "|string", "|default('z')", "|list", "|tojson", "|join('-')", "|first",
                                        "|nofilter", "|int", "|map('string')|list")
        if r < 0.76:
            return self.expr(d + 1) + p(" is defined", " is none", " is string", " is mapping", " is not iterable", " is nosuch",
                                        " is sameas none", " is divisibleby 2")
        if r < 0.83:
            return p("[%s, %s]", '{"a": %s, "b": %s}') % (self.expr(d + 1), self.expr(d + 1))
        if r < 0.92:
            fn = p("m", "m", "caller", "loop", "range", "namespace", "loop.cycle", "loop.changed", "dict", "foo")
            e = self.expr(d + 1)
            return "%s(%s)" % (fn, p("", e, e + ", " + self.expr(d + 1), "x=" + e, e + ", y=" + self.expr(d + 1), "*l"))
        return p("x", "y", "m", "item", "ns", "s", "l", "d", "recs") + p("[0]", '["a"]', ".a", "[-1]", "[:1]", ".items()", ".foo")

    def iterable(self):
        return self.pick("l", "recs", "range(3)", "d", "d.items()", "'ab'", "[1,2,3]", "[[1,2],[3,4]]", "x", "y", "nope", "s", "[]",
                         self.expr(1), "l|map('string')", "recs|selectattr('v','gt',1)")

    def tag(self, text):
        return self.pick("{%", "{%", "{%", "{%-", "{%+") + " " + text + " " + self.pick("%}", "%}", "%}", "-%}", "+%}")

    def body(self, d):
        return "".join(self.statement(d) for _ in range(self.r.randint(1, 2)))

    def statement(self, d=0):
        r, p = self.r.random(), self.pick
        if d > 3 or r < 0.2:
            return p("a", "  b", "\n", "\n  ", " c \n", "x\n\n", "{# note #}", "{#- note -#}\n", "\t", "  {% raw %} {{ x }} {% endraw %}\n")
        if r < 0.38:
            return p("{{ %s }}", "{{- %s }}", "{{ %s -}}", "{{%s}}") % self.expr()
        if r < 0.5:
            target = p("x", "y", "m", "s", "n", "x", "y", "ns.a", "ns.b", "x, y", "item", "ns")
            return self.tag("set %s = %s" % (target, p(self.expr(), self.expr(), "namespace(a=1)", "1, 2")))
        if r < 0.6:
            return (self.tag("if " + self.expr()) + self.body(d + 1) + p("", self.tag("elif " + self.expr()) + self.body(d + 1))
                    + p("", self.tag("else") + self.body(d + 1)) + self.tag("endif"))
        if r < 0.76:
            head = "for %s in %s%s%s" % (p("x", "y", "item", "x, y", "a, b", "_"), self.iterable(), p("", "", " if " + self.expr(1)),
                                         p("", "", "", " recursive"))
            leave = p("", "", "{% break %}", "{% continue %}", "{% if x %}{% continue %}{% endif %}")
            return self.tag(head) + self.body(d + 1) + leave + p("", "", self.tag("else") + self.body(d + 1)) + self.tag("endfor")
        if r < 0.84:
            head = "macro m(%s)" % p("", "x", "x, y=1", "x, y=x", "x=s, y=x", "caller=none", "x, kwargs")
            return (self.tag(head) + self.body(d + 1) + p("", "{{ caller() }}", "{{ varargs }}", "{{ kwargs }}") + self.tag("endmacro")
                    + p("", "{{ m(1) }}", "{{ m(1,2,3) }}", "{{ m(x=2, z=3) }}", "{{ m() }}"))
        if r < 0.88:
            return self.tag("call%s m(%s)" % (p("", "(x)", "(x, y=2)"), p("", "1", "x"))) + self.body(d + 1) + self.tag("endcall")
        if r < 0.91:
            return self.tag("with " + p("x=1", "x=y, y=x", "", "n=" + self.expr(1))) + self.body(d + 1) + self.tag("endwith")
        if r < 0.95:
            return self.tag("set %s%s" % (p("x", "y"), p("", "|upper", "|trim|length"))) + self.body(d + 1) + self.tag("endset")
        if r < 0.98:
            return self.tag("filter " + p("upper", "trim", "replace('a','z')", "indent(2)|upper")) + self.body(d + 1) + self.tag("endfilter")
        return self.tag("generation") + self.body(d + 1) + self.tag("endgeneration")

    def template(self):
        return (self.pick("", "", "{% set ns = namespace(a=1) %}")
                + self.pick("", "{% macro m(x) %}<{{ x }}>{% endmacro %}", "{% macro m(x=1) %}<{{ x }}{{ caller() if caller }}>{% endmacro %}")
                + "".join(self.statement() for _ in range(self.r.randint(1, 3))))


def mutate(t, r):
    """Breaks a template in one or two places."""
    for _ in range(r.randint(1, 2)):
        i, k = r.randrange(len(t) + 1), r.random()
        if k < 0.4:
            t = t[:i] + t[i + r.randint(1, 4):]
        elif k < 0.7:
            t = t[:i] + r.choice(["{%", "%}", "{{", "}}", "(", ")", "[", "]", " ", "|", ",", '"', "'", "\\", "if", "else", "endfor", "endif",
                                  ".", "=", "-", "#}", "{#", "1", "x", "not", "is", "raw", "\n", "{% raw %}", "~", "!", "$", "é"]) + t[i:]
        else:
            j = r.randrange(len(t) + 1)
            t = t[:min(i, j)] + t[max(i, j):]
    return t


def snippets():
    r = random.Random(20261122)
    yield from corners()
    yield from systematic(r)
    for _ in range(1400):
        t = Grammar(r).template()
        if len(t) > 300:
            continue
        yield mutate(t, r) if t and r.random() < 0.2 else t


def write_snippets(path):
    seen = set()
    with open(path, "w", encoding="utf-8") as f:
        print(json.dumps({"versions": VERSIONS, "now": NOW.isoformat(), "variables": VARIABLES}, ensure_ascii=False), file=f)
        for t in snippets():
            if t in seen:
                continue
            seen.add(t)
            out = outcome(t, VARIABLES)
            if stable(t, out):
                print(json.dumps([t, out], ensure_ascii=False, separators=(",", ":")), file=f)


# --- conversations ----------------------------------------------------------------------------------------------------------

TOKENS = {"bos_token": "<s>", "eos_token": "<|im_end|>", "pad_token": "<pad>"}
TOOLS = [
    {"type": "function", "function": {"name": "read_file", "description": "Read a <file> & 'return' its text", "parameters": {
        "type": "object", "properties": {
            "path": {"type": "string", "description": "where"}, "limit": {"type": ["integer", "null"], "default": 100},
            "mode": {"enum": ["text", "binary"], "type": "string"},
            "range": {"type": "object", "properties": {"from": {"type": "number"}}, "required": ["from"]},
            "ids": {"type": "array", "items": {"type": "integer"}}}, "required": ["path"]}, "return": {"type": "string"}}},
    {"type": "function", "function": {"name": "now", "description": "the time", "parameters": {"type": "object", "properties": {}}}},
]
OPTIONS = [
    {},
    {"add_generation_prompt": True},
    {"tools": TOOLS, "add_generation_prompt": True},
    {"add_generation_prompt": True, "enable_thinking": False},
    {"tools": TOOLS[:1], "enable_thinking": True, "documents": [{"title": "T", "text": "a document"}]},
    {"continue_final_message": True},
]


def toy_tokenizer(specials, merges=()):
    """A byte-level BPE that the Go tests rebuild from its merges and special tokens: ids 0..255 are bytes, merges and specials
    follow."""
    table = {chr(i): i for i in [*range(33, 127), *range(161, 173), *range(174, 256)]}
    byte_chars = {i: c for c, i in table.items()}
    for i in range(256):
        if i not in byte_chars:
            byte_chars[i] = chr(256 + len([j for j in range(i) if j not in table.values()]))
    vocab = {byte_chars[i]: i for i in range(256)}
    pairs = []
    for a, b in merges:
        a, b = ("".join(byte_chars[c] for c in part.encode()) for part in (a, b))
        pairs.append((a, b))
        vocab[a + b] = len(vocab)
    t = tokenizers.Tokenizer(models.BPE(vocab=vocab, merges=pairs))
    t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens(list(specials))
    return PreTrainedTokenizerFast(tokenizer_object=t, **TOKENS)


def render(tokenizer, source, messages, options):
    """The text apply_chat_template gives, or its failure."""
    try:
        return tokenizer.apply_chat_template(copy.deepcopy(messages), chat_template=source, tokenize=False, **copy.deepcopy(options))
    except Exception as e:
        return failure(e)


def write_renderings(path):
    tokenizer = toy_tokenizer(TOKENS.values())
    conversations = json.loads((INPUTS / "conversations.json").read_text(encoding="utf-8"))
    with open(path, "w", encoding="utf-8") as f:
        print(json.dumps({"versions": VERSIONS, "now": NOW.isoformat(), "tokens": TOKENS, "options": OPTIONS}, ensure_ascii=False), file=f)
        for template in sorted((INPUTS / "templates").glob("*.jinja")):
            source = template.read_text(encoding="utf-8")
            for c, messages in enumerate(conversations):
                for o, options in enumerate(OPTIONS):
                    out = render(tokenizer, source, messages, options)
                    print(json.dumps([template.stem, c, o, out], ensure_ascii=False, separators=(",", ":")), file=f)


# --- masks ------------------------------------------------------------------------------------------------------------------

SPECIALS = ["<s>", "<pad>", "<|im_start|>", "<|im_end|>", "<start_of_turn>", "<end_of_turn>"]
MERGES = [("\n", "\n"), (">", "\n"), ("a", "n"), ("an", "s"), ("t", "\n"), (" ", "a"), ("o", "k"), ("e", "e"), ("]", " "), ("n", "\n\n")]


def trl_sample(tokenizer, source, record, completion_only, assistant_only):
    """Ids and labels as SFTTrainer prepares one record."""
    from datasets import Dataset, disable_progress_bars
    from trl import SFTTrainer

    disable_progress_bars()
    logging.getLogger("trl").setLevel(logging.ERROR)  # it warns where tokens merge across the boundary, which is the point here
    tokenizer.chat_template = source
    trainer = types.SimpleNamespace(_tokenizer=tokenizer, completion_only_loss=completion_only, chat_template=None)
    args = types.SimpleNamespace(
        dataset_num_proc=None, dataset_text_field="text", assistant_only_loss=assistant_only, max_length=None,
        shuffle_dataset=False)
    try:
        out = SFTTrainer._prepare_dataset(trainer, Dataset.from_list([record]), tokenizer, args, False, None, "golden")[0]
    except (jinja2.TemplateError, RuntimeError, TypeError, ValueError) as e:
        return failure(e)[:2]
    return {"ids": out["input_ids"], "trained": "".join("0" if label == -100 else "1" for label in out["labels"])}


def mask_records():
    user, assistant = (lambda c: {"role": "user", "content": c}), (lambda c, **k: {"role": "assistant", "content": c, **k})
    system = {"role": "system", "content": "Be brief."}
    call = {"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
    plain = [
        {"prompt": "a prompt\n", "completion": "the answer"}, {"prompt": "a prompt\n", "completion": "\nthe answer<|im_end|>"},
        {"prompt": "ba", "completion": "n"}, {"prompt": "", "completion": "x"}, {"prompt": "x", "completion": ""},
        {"text": "some text"}, {"text": "ended<|im_end|>"}, {"text": ""},
    ]
    pairs = [
        {"prompt": [user("hi")], "completion": [assistant("hello")]},
        {"prompt": [system, user("hi")], "completion": [assistant("\n\nans")]},
        {"prompt": [user("a"), assistant("b"), user("c")], "completion": [assistant("ok é日本 🎉")]},
        {"prompt": [user("hi")], "completion": [assistant("")]},
        {"prompt": [user("hi")], "completion": [assistant("x", reasoning_content="because")]},
        {"prompt": [user("hi")], "completion": [assistant("", tool_calls=[call]), {"role": "tool", "content": "r"}, assistant("done")]},
    ]
    talks = [
        {"messages": [user("a"), assistant("b"), user("c"), assistant("ans")]},
        {"messages": [system, user("a"), assistant("an", reasoning_content="t"), {"role": "tool", "content": "r"}, assistant("é日本 🎉.")]},
        {"messages": [user("a"), assistant("x", tool_calls=[call]), {"role": "tool", "content": "r"}, assistant("y")]},
        {"messages": [user("a")]},
    ]
    for record in plain:
        yield "chatml", record, "prompt" in record, False
    for name in ["chatml", "reasoning", "xmltools", "inst", "turns", "channels", "generation", "open"]:
        for record in pairs:
            yield name, record, True, False
    for record in talks:
        yield "generation", record, False, True
        yield "late", record, False, True
        yield "reasoning", record, False, False


def write_masks(path):
    tokenizer = toy_tokenizer(SPECIALS, MERGES)
    with open(path, "w", encoding="utf-8") as f:
        print(json.dumps({"versions": VERSIONS, "now": NOW.isoformat(), "tokens": TOKENS, "specials": SPECIALS, "merges": MERGES},
                         ensure_ascii=False), file=f)
        for name, record, completion_only, assistant_only in mask_records():
            source = (INPUTS / "templates" / (name + ".jinja")).read_text(encoding="utf-8")
            out = trl_sample(tokenizer, source, record, completion_only, assistant_only)
            print(json.dumps([name, record, completion_only, assistant_only, out], ensure_ascii=False, separators=(",", ":")), file=f)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=INTERNAL, help="folder that stands for internal/")
    output = parser.parse_args().output
    warnings.simplefilter("ignore")
    transformers.logging.set_verbosity_error()
    for package, name, write in (
        ("jinja", "snippets", write_snippets), ("chat", "render", write_renderings), ("chat", "masks", write_masks),
    ):
        folder = output / package / "testdata" / "golden"
        folder.mkdir(parents=True, exist_ok=True)
        write(folder / f"{name}.jsonl")


if __name__ == "__main__":
    main()
