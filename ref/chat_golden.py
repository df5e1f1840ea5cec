"""Writes the goldens of internal/jinja and internal/chat.

    python ref/chat_golden.py

internal/jinja/testdata/snippets.jsonl: small templates and what transformers' own Jinja environment makes of them, the text or
the class, message and line of the exception. internal/chat/testdata/render.jsonl: the templates of testdata/templates over
testdata/conversations.json, through apply_chat_template. internal/chat/testdata/masks.jsonl: token ids and labels as TRL's
SFTTrainer prepares them. Every file starts with the versions that wrote it.
"""

import copy
import datetime
import importlib.metadata
import json
import pathlib
import platform
import random
import types
import warnings

import jinja2
import tokenizers
from tokenizers import decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
from transformers.utils import chat_template_utils

ROOT = pathlib.Path(__file__).resolve().parent.parent
VERSIONS = {
    "python": platform.python_version(),
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
PERCENT = ("%s %d %5d| %-5d| %05d %+d %x %#x %X %o %e %.2f %10.3f| %g %.3g %c %r %a %% %i %5s| %-5s| %.2s %(a)s %(b)d %(zz)s "
           "%s_%s % %y %5 %*d %.*f %u %G %E %#o %+.1e abc").split(" ")
SPECS = ["", "d", "5", "<5", "^7", ">7", "05", "+", "x", "#x", "b", "o", ",", "_", ".2f", "8.2f", "e", "g", "%", ".1%", "s", ".2",
         "*^9", "=+6", "n", "X", "q", "10,", "010,", ".3", "=5", "06.1f", "+.2e", "G", "_x"]
KEYS = ["0", "-1", "5", "'a'", "none", "true", "1.5", "[1]", "nope", "(1,2)", "1:", "::-1", ":2", "::0", "'x':", "-2:", "1:2:3",
        "none:none", "2:0:-1", "'upper'", "'b'"]
CORNERS = r"""{{ s.foo.bar }}
{{ recs[5].foo }}
{{ nope.a }} {{ nope }}
{{ d['a'][1].x }}{{ d.a[1]['y'] }}{{ d.a[9].z }}
{{ items.items }}{{ items['items'] }}{{ items.keys() }}
{{ d.pop('a') }}
{{ l.append(1) }}
{{ s.__class__ }}|{{ s.__class__.foo }}
{{ ''.__class__.__mro__ }}
{{ raise_exception('no ' ~ s) }}
{{ raise_exception() }}
{{ strftime_now('%Y-%m-%d %H:%M:%S %d %b %A %j %-d/%-m %y %I %p %B %a %e %U %W %V %G %u %w %%') }}
{{ range(100001) }}
{{ range(3) }}{{ range(1, 9, 2)[1:] }}{{ range(0) | list }}
{{ dict(a=1, b=2) }}{{ dict([['x', 1]]) }}{{ dict({'a': 1}, b=3) }}{{ dict([1]) }}
{{ namespace(a=1, b=2) }}{% set ns = namespace(x=1) %}{% set ns.y = 2 %}{{ ns.x + ns.y }}{{ ns.z }}{{ ns.z.q }}
{% set ns = namespace() %}{% set ns._hidden = 1 %}
{{ namespace(_a=1) }}
{% set d.x = 1 %}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}{{ cycler() }}
{% set j = joiner(', ') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}
{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.previtem }}{{ loop.nextitem }};{% endfor %}
{% for i in l %}{{ loop.previtem.x }}{% endfor %}
{% for i in l %}{{ loop.foo.bar }}{% endfor %}
{% for i in l %}{{ loop }}{{ loop.cycle('a','b') }}{{ loop.changed(i > 1) }}{% endfor %}
{% for i in l %}{{ loop(l) }}{% endfor %}
{% for i in nest recursive %}{% if i is iterable %}<{{ loop(i) }}>{% else %}{{ i }}{{ loop.depth0 }}{% endif %}{% endfor %}
{% for i in l if i > 1 %}{{ loop.index }}/{{ loop.length }}:{{ i }} {% else %}none{% endfor %}
{% for i in l if i > 9 %}{{ i }}{% else %}none{% endfor %}
{% for a, b in d.items() if b is number %}{{ a }}{{ b }}{{ loop.nextitem }}{% endfor %}
{% for i in l %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% else %}E{% endfor %}
{% for i in l %}{% break %}{% else %}else after break{% endfor %}
{% for i in l %}{% set x = i %}{% endfor %}{{ x }}
{% set x = 1 %}{% for i in l %}{{ x }}{% set x = i %}{{ x }}{% endfor %}{{ x }}
{% if true %}{% set x = 1 %}{% endif %}{{ x }}{% if false %}{% set n = 1 %}{% endif %}{{ n }}
{{ n }}{% set n = 6 %}{{ n }}
{% for i in [1] %}{{ n }}{% endfor %}{% set n = 7 %}{{ n }}
{% macro m() %}{{ n }}{% endmacro %}{% set n = 8 %}{{ m() }}
{% macro m(a, b=a, c=b) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(1, 2) }}{{ m(c=9) }}{{ m(1, 2, 3, 4) }}
{% macro m(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ m() }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}{{ m(b=1) }}
{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, x=3) }}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m }}
{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}
{% macro m(x) %}[{{ caller(x) }}]{% endmacro %}{% call(y) m(5) %}{{ y }}{{ n }}{% endcall %}
{% macro f(k) %}{{ k }}{{ f(k - 1) if k > 0 }}{% endmacro %}{{ f(5) }}
{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}
{% for i in [1] %}{% macro m() %}{{ i }}{% endmacro %}{% set g = m %}{{ g() }}{% endfor %}
{% set ns = namespace() %}{% for i in [1] %}{% macro m() %}{{ i }}{% endmacro %}{% set ns.m = m %}{% endfor %}{{ ns.m() }}
{% set x | upper %}a{{ n }}{% endset %}{{ x }}{{ x | length }}
{% with a = 1, b = n %}{{ a }}{{ b }}{% set c = 3 %}{% endwith %}{{ a }}{{ c }}
{% filter upper %}a{% filter replace('A', 'b') %}a{{ s }}{% endfilter %}{% endfilter %}
{% generation %}{% set q = 1 %}x{{ q }}{% endgeneration %}{{ q }}
{% set (a, b) = (1, 2) %}{{ a }}{{ b }}{% set a, b = b, a %}{{ a }}{{ b }}{% set a, b = 1, 2, 3 %}
{% set a, b = 5 %}
{% set a, b = [1] %}
{{ 'a' if true }}{{ 'b' if false }}{{ ('c' if false) is defined }}{{ ('d' if false).x }}
{{ 1 if n else 2 if z else 3 }}{{ (1, 2) }}{{ (1,) }}{{ [1, [2, {'a': (3,)}]] }}{{ {1: 2, true: 3, 'a': none} }}
{{ not nope and true }}{{ n and s }}{{ z or e or 'x' }}{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}{{ 1 == 1.0 == true }}
{{ 'a' in s }}{{ 'H' in s }}{{ 'b' in d }}{{ 3 in l }}{{ 3 not in l }}{{ 1 in 'a' }}
{{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 1.5e-5 }} {{ 0.0001 }} {{ 0.1 + 0.2 }} {{ 1e100 }} {{ -0.0 }} {{ 10 / 4 }} {{ 9 / 3 }} {{ 2 ** 0.5 }}
{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 0 / -3 }} {{ n / z }}
{{ n // z }}
{{ n % z }}
{{ f // 0 }}
{{ f % 0 }}
{{ 0 ** -1 }}
{{ 0x1F }} {{ 0b101 }} {{ 0o17 }} {{ 1_000 }} {{ 1_0.5_0 }} {{ 1e3 }} {{ 1.a }} {{ 0 }} {{ 00 }}
{{ big }} {{ big + 1 }} {{ big * big }} {{ -big // 7 }} {{ 9223372036854775807 + 1 }} {{ big > 1e22 }} {{ [big] | tojson }}
{{ 'it\'s' }} {{ "a\tb\x41\u00e9\U0001F600\101\q" }} {{ 'a\
b' }} {{ '\é' }} {{ 'multi
line' }}
{{ '\x4' }}
{{ '\uD83' }}
{{ 'a' 'b' "c" }}{{ s[0] }}{{ s[-1] }}{{ s[1:4] }}{{ s[::-1] }}{{ s[::2] }}{{ s[99] }}{{ l[0] }}{{ l[-9] }}
{{ l[1:] + [9] }}{{ (1, 2) + (3,) }}{{ [1] * 3 }}{{ 'ab' * 2 }}{{ 2 * 'ab' }}{{ 'a' * -1 }}
{{ "%s and %r" % ("a", "b") }} {{ "%(x)s" % {"x": 5} }} {{ "%d%%" % 50 }} {{ '%s' % nope }}
{{ "{} {a} {0}".format(1, a=2) }}
{{ "{} {a} {1}".format(1, 3, a=2) }}
{{ "{0.__class__}".format(s) }} {{ "{a[b]} {c.d}".format(a={'b': 1}, c={'d': 2}) }} {{ '{:>{w}}'.format('x', w=5) }}
{{ '{a}'.format_map({'a': 1}) }}
{{ d | tojson(indent=2) }} {{ s | tojson }} {{ '"\\\n\t\x01\x7f</' | tojson }} {{ 'é😀' | tojson(ensure_ascii=true) }} {{ [1.0, 1e20, none, true] | tojson }}
{{ nope | tojson }}
{{ range(3) | tojson }}
{{ {(1, 2): 3} | tojson }}
{{ {1: 2, none: 3, true: 4, 2.5: 1} | tojson(sort_keys=false) }}
{{ mix | sort }}
{{ w | sort }}{{ w | sort(case_sensitive=true) }}{{ recs | sort(attribute='v') | map(attribute='n') | join }}
{{ recs | groupby('n') }}
{% for g, members in recs | groupby('n') %}{{ g }}{{ members | length }}{% endfor %}{% for g in recs | groupby('n') %}{{ g.grouper }}{{ g.list[0].v }}{% endfor %}
{% set g = l | map('string') %}{{ g | list }}{{ g | list }}{{ g is iterable }}{{ g is sequence }}
{% if l | select('gt', 9) %}generators are true{% endif %}{{ l | select('gt', 9) | list }}
{{ (l | map('string')) | length }}
{{ (l | map('string'))[0] }}{{ (l | map('string')) | first }}{{ (l | map('string')) | last }}
{{ l | map('nofilter') | list }}
{{ l | nofilter }}
{% if false %}{{ l | nofilter }}{% endif %}fine
{% if true %}{{ l | nofilter }}{% endif %}
{% if false %}{% for x in l %}{{ x | nofilter }}{% endfor %}{% endif %}
{{ l is nosuch }}
{{ l | join('-') | upper | replace('-', '+') ~ n }}{{ -l | length }}
{{ ('<' | safe) + '<' }}{{ '<' + ('<' | safe) }}{{ ('<' | safe) ~ '<' }}{{ ('%s' | safe) % '<' }}{{ ('<' | e) }}{{ ('a<' | safe).replace('a', '<') }}{{ [('<' | safe)] }}
{{ 'a b'.split() }}{{ ' a  b '.split(' ') }}{{ 'a,b,c'.rsplit(',', 1) }}{{ 'x' .join(w) }}{{ 'abc'.startswith(('x', 'a')) }}
{{ 'ß'.upper() }}{{ 'ΑΣ'.lower() }}{{ 'ŉa'.title() }}{{ 'İ'.lower() | length }}{{ "they're bill's".title() }}{{ "they're bill's" | title }}
{{ 'ab\r\ncd\x0bef\x85gh\u2028ij'.splitlines() }}{{ '\x1c a \x1f'.strip() }}{{ 'a\u00a0b'.split() }}
{{ [1, 2] is sequence }}{{ d is mapping }}{{ s is string }}{{ nope is iterable }}{{ none is none }}{{ 5 is divisibleby 5 }}{{ 'upper' is filter }}{{ 'odd' is test }}
{{ 5 is not odd }}{{ 5 is odd is true }}
{{ foo(1) }}
{{ n() }}
{{ s.upper.x }}
{{ d.get('q').x }}
{{ 1 + nope }}
{{ nope + 1 }}
{{ 'a' + nope }}
{{ nope < 1 }}
{{ -nope }}
{{ nope() }}
{{ nope[0] }}
{{ nope[1:] }}
{{ d.nope ~ 'x' }}{{ nope == d.nope }}{{ nope == none }}{{ nope in [1] }}{{ nope | length }}{{ nope | default(3) }}{{ nope | list }}
{{ nope | int }}
{{ none.x.y }}
{{ none | length }}
{% for x in none %}{% endfor %}
{% for x in n %}{% endfor %}
{{ s + 1 }}
{{ 1 + s }}
{{ l + s }}
{{ s < 1 }}
{{ m(1) }}{% macro m(x) %}{{ x }}{% endmacro %}
{% set m = 5 %}{{ m(1) }}
{% raw %}{{ x }}{% if %}{% endraw %}|{%- raw -%}  {{ y }}  {%- endraw -%}  |
a {#- c -#} b {# d #}
  e
   {% if true %}
  x
   {% endif %}
 y
   {%- if true -%}
  x
   {%- endif -%}
 y
   {%+ if true %}
  x
   {%+ endif +%}
 y
{{- 1 -}}  2  {{ 3 }}
{{ 1 }}
{%- set x = [
  1,
  2,
] -%}
{{ x }}
{{ {
  'a': 1,
}.a
}}
{% if %}{% endif %}
{% if x %}
{% for x in l %}{% endif %}
{% endfor %}
{% foo %}
{% if x %}{% foo %}{% endif %}
{{ x
{{ x }
{{ (x }}
{{ x) }}
{{ [1, 2 }}
{{ 'abc }}
{{ a b }}
{{ }}
{{ a..b }}
{{ a.1 }}{{ l.0 }}
{{ a ! b }}
{{ $x }}
{{ x | }}
{{ x is }}
{{ x is not }}
{{ f(a=1, 2) }}
{{ f(**a, b) }}
{{ f(*a, *b) }}
{{ f(a=1, a=2) }}
{% set 1 = 2 %}
{% set x %}
{% set x = %}
{% set x.y.z = 1 %}
{% set none = 1 %}
{% for 1 in x %}{% endfor %}
{% for x y %}{% endfor %}
{% for loop in l %}{{ loop.index }}{% endfor %}
{% for x in l %}{% set loop = 1 %}{% endfor %}
{% macro %}{% endmacro %}
{% macro m(a=1, b) %}{% endmacro %}
{% macro m(caller) %}{{ caller() }}{% endmacro %}
{% call x %}{% endcall %}
{% break %}
{% for x in l %}{% macro m() %}{% continue %}{% endmacro %}{% endfor %}
{% filter %}{% endfilter %}
{% filter nofilter %}{% endfilter %}
{# open
{% raw %} open
{#
{% raw %}
{%
{{
{{ 1 if }}
{{ 1 if 2 else }}
{{ not }}
{{ a[1:2:3:4] }}
{{ a[] }}
{{ {1} }}
{{ {1: } }}
{{ ~ }}
{{ a is b is c }}
{{ é }}{{ 名 }}{% set é = 1 %}{{ é }}
{{ a² }}
{% set (a + b) = 1 %}
{% set (a ~ b) = 1 %}
{% set (a < b) = 1 %}
{% set (not a) = 1 %}
{% set (-a) = 1 %}
{% set (a.b) = 1 %}
{% set (a[0]) = 1 %}
{% set (a()) = 1 %}
{% set (a | b) = 1 %}
{% set (a is b) = 1 %}
{% set (a if b) = 1 %}
{% set [a] = 1 %}
{% set {} = 1 %}
{% set 'a' = 1 %}
{% set (a, 1) = 1 %}
{% macro true() %}{% endmacro %}
{% macro m(none) %}{% endmacro %}
{% print 1, s %}{% print s ~ 2 %}
{% print %}|{% print 1 2 %}
{{ s | a.b.c }}
{{ s is a.b }}
{{ cycler(1) + 1 }}
{{ joiner() + 1 }}
{{ m + 1 }}{% macro m() %}{% endmacro %}
{% macro m() %}{% endmacro %}{{ m + 1 }}
{{ range + 1 }}
{{ namespace(a=1) + 1 }}
{{ (recs | groupby('n') | first) + 1 }}
{% for x in l %}{{ loop + 1 }}{% endfor %}
{% for x in l %}{{ loop.cycle() }}{% endfor %}
{% for x in l %}{{ loop.cycle(a=1) }}{% endfor %}
{% for x in l %}{{ loop.changed(a=1) }}{% endfor %}
{% for x in l recursive %}{{ loop() }}{% endfor %}
{% for x in l recursive %}{{ loop(1, 2) }}{% endfor %}
{% for x in l recursive %}{{ loop(5) }}{% endfor %}
{{ d | tojson(sort_keys=true) }} {{ {'b': {'d': 1, 'c': 2}, 'a': []} | tojson(sort_keys=true, indent=1) }} {{ {2: 1, 1: 2} | tojson(sort_keys=true) }} {{ [[], {}, [[]], {'a': []}] | tojson(indent=2) }}
{{ {'a': 1, 2: 1} | tojson(sort_keys=true) }}
{{ [1] | tojson(separators=1) }}
{{ [1] | tojson(separators=(',',)) }}
{{ {2.5: 1, none: 2, true: 3, 7: 4} | tojson }} {{ ('a' | safe) | tojson }}
{{ strftime_now() }}
{{ strftime_now(5) }}
{{ strftime_now(none) }}
{{ strftime_now('%f %k %l %C %g %h %D %F %T %R %r %n %t %c %x %X %P %z%Z %') }}
{{ "%c%c" % ('a', 98) }} {{ '%c' % 'ab' }}
{{ '%c' % -1 }}
{{ '%é' % 1 }}
{{ '%+d % d %+.1f %+x' % (1, 2, 3.0, 255) }} {{ '%-8.3e|%08d|%-08d|%#X' % (1234.5, -42, 42, 255) }} {{ '%G %g %g' % (1e-10, 1e20, 0.0001) }}
{{ '%(a' % {'a': 1} }}
{{ '%(a)' % {'a': 1} }}
{{ '%(a)s %(b)s' % {'a': 1} }}
{{ '%(a)s' % [1] }}
{{ '%*s' % ('a', 'b') }}
{{ '%.*f' % (2, 3.14159) }} {{ '%*d|%-*d|' % (4, 1, 4, 1) }} {{ '%5%' % () }} {{ '%ld %hd' % (1, 2) }}
{{ '%.99999999999f' % 1 }}
{{ abs(1) }}
{{ -3 | abs }} {{ (-2.5) | abs }} {{ true | abs }} {{ s | abs }}
{{ nope | abs }}
{{ s | upper(1) }}
{{ s | replace }}
{{ s | replace('a') }}
{{ s | default(1, 2, 3) }}
{{ s | default(foo=1) }}
{{ s | default('a', default_value='b') }}
{{ s | length(1, 2) }}
{{ s | length(obj=1) }}
{{ l | sort(1, 2, 3, 4) }}
{{ s | truncate() }} {{ s | truncate(length=4, end='') }}
{{ 5 is divisibleby }}
{{ 5 is odd(1) }}
{{ 5 is eq }}
{{ 5 is eq(1, 2) }}
{{ 5 is callable(1) }}
{{ l.index() }}
{{ l.index(1, 'a') }}
{{ s.split(',', sep=',') }}
{{ (1, 2) < (1, 3) }} {{ [1, 2] < [1, 'a'] }}
{{ (1, 2) < [1] }}
{{ d < d }}
{{ d == {'b': 1, 'A': 2, 'a': [1, {'x': none}]} }} {{ d == {} }} {{ {'a': 1} == {'a': 2} }} {{ {'a': 1} == {'b': 1} }} {{ (1, [2]) == (1, [2]) }} {{ [1] == (1,) }} {{ range(3) == range(4) }} {{ range(0) == range(9, 0) }} {{ 'a' == 1 }} {{ 1 == 'a' }} {{ none == false }}
{{ d.values() == d.values() }} {{ d.keys() == d }} {{ d.keys() >= {'b': 1}.keys() }} {{ d.keys() > d.keys() }} {{ d.keys() <= {'x': 1}.keys() }}
{{ +n }} {{ +f }} {{ -big }} {{ +big }} {{ -true }} {{ - none }}
{{ x if x is defined and x else 'd' }}{% set x = none %}{{ x }}{{ x is none }}{{ [x] }}
{{ {'a': nope} }} {{ [nope] | first is undefined }} {{ nope.__class__ }} {{ nope.__len__ }} {{ nope.__foo__ }}
{{ s.__len__ }}|{{ s.__len__() }}
{{ s.__foo__ }}|{{ s.__foo__.x }}
{{ range.__name__ }}|{{ (1).__class__ }}|{% macro m() %}{% endmacro %}{{ m.__call__ }}|{{ m._func }}
{{ macro is defined }}{% set ns = namespace(m=1) %}{{ ns is mapping }}{{ ns.__class__ }}{{ ns['m'] }}{{ ns == ns }}{{ ns in [ns] }}
{{ 5 | round }} {{ 2.5 | round }} {{ 3.5 | round }} {{ 2.675 | round(2) }} {{ 1234.5 | round(-2) }} {{ -1250 | round(-2) }} {{ 1e300 | round(2) }} {{ 2.1 | round(0, 'ceil') }} {{ 2.9 | round(method='floor') }} {{ 42.55 | round(1, 'floor') }} {{ big | round(-3) }}
{{ '12abc' | int }} {{ '0x1f' | int(base=16) }} {{ '0b11' | int(0, 0) }} {{ ' 42 ' | int }} {{ '1_000' | int }} {{ '1__0' | int }} {{ '3.9' | int }} {{ 'inf' | int(7) }} {{ '1e3' | int }} {{ none | int }} {{ '012' | int(base=0) }} {{ '-0x1F' | int(base=16) }}
{% set q = 'inf' %}{{ q | float | int }}
{{ 'nan' | float }} {{ '-Infinity' | float }} {{ '1_0.5' | float }} {{ '1__0' | float }} {{ '0x10' | float(1) }} {{ ' 2 ' | float }} {{ '' | float(0.5) }} {{ big | float }} {{ '1e400' | float }}
{{ ('inf' | float) > 1 }} {{ ('nan' | float) == ('nan' | float) }} {{ [1e400, -1e400] | tojson if false else 1 }}
{{ 'a <b>x</b> <!-- c --> y <i' | striptags }} {{ {'a': 1, 'b': none, 'c': '<'} | xmlattr }} {{ {'a b': 1} | xmlattr }}
{{ 'a b/ü?&' | urlencode }} {{ {'q': 'a b', 'x/y': 1} | urlencode }} {{ [('a', 1), ('b', '/')] | urlencode }} {{ 5 | urlencode }} {{ [1] | urlencode }}
{{ 'hello world foo' | truncate(9) }} {{ 'hello world foo' | truncate(9, true) }} {{ 'hello world' | truncate(9, leeway=0) }} {{ 'hello' | truncate(3, false, '') }} {{ 'äöü äöü äöü' | truncate(6, false, '…', 0) }}
{{ l.index(1) }} {{ l.index(2, 1) }} {{ l.count(3) }} {{ (1, 2, 1).count(1) }} {{ (1, 2).index(2) }} {{ l.index(9) }}
{{ (1, 2).index(9) }}
{{ l.index(3, 1, 2) }}
{{ d.copy() == d }} {{ l.copy() == l }} {{ {}.fromkeys('ab', 1) }} {{ dict.fromkeys([1, 2]) }} {{ d.keys() == {'b': 0, 'A': 0, 'a': 0}.keys() }} {{ d.keys() < {'b': 0, 'A': 0, 'a': 0, 'c': 0}.keys() }} {{ 'a' in d.keys() }} {{ ('b', 1) in d.items() }} {{ 2 in d.values() }}
{{ range(5) == range(0, 5, 1) }} {{ 3 in range(5) }} {{ 3.0 in range(5) }} {{ 3.5 in range(5) }} {{ 4 in range(0, 9, 3) }} {{ range(9)[::2] }} {{ range(9).start }} {{ range(3) | last }} {{ range(5) | reverse | list }}
{{ 1 is sameas 1 }} {{ none is sameas none }} {{ true is sameas 1 }} {{ l is sameas l }} {{ [] is sameas [] }} {{ () is sameas () }} {{ 'a' is sameas 'a' }}
{{ joiner is callable }} {{ range is callable }} {{ l is callable }} {{ s.upper is callable }} {{ nope is callable }} {{ joiner().sep }} {{ joiner('|').used }} {{ cycler(1, 2).items }} {{ cycler(1).pos }}
{% for x in l %}{% for y in loop %}{{ y[0] }}{% endfor %}{% endfor %}
{% macro m(a, b=2) %}{{ a }}{{ b }}{{ kwargs }}{% endmacro %}{{ m(*[1, 3]) }}{{ m(**{'a': 1, 'c': 2}) }}{{ m(*l, **{'b': 1}) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(**5) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*5) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(**{1: 2}) }}
{{ 'x'.join(['a', 1]) }}
{{ '%s %s' % ('a',) }}
{{ [[3, 'a'], [1, 'b'], [2, 'c']] | sort }} {{ [[1, 'a'], [1, 2]] | sort }}
{{ [(1, 'x'), (1, 'b')] | min }} {{ ['b', 'A'] | min }} {{ ['b', 'A'] | min(case_sensitive=true) }} {{ [] | max }} {{ [3, 'a'] | max }}
{{ range(70) | reverse | sort | join(' ') }} {{ range(70) | map('string') | sort(reverse=true) | first }} {{ ([1, 'a'] * 40) | sort }}
{{ 10 ** 30 }} {{ 10 ** 30 // 7 }} {{ 10 ** 30 % 7 }} {{ -(10 ** 30) // 7 }} {{ 10 ** 30 / 10 ** 29 }} {{ 1.5 * 10 ** 30 }} {{ 10 ** 30 == 1e30 }} {{ '%d' % 10 ** 30 }} {{ '%x' | format(10 ** 30) }} {{ 2.5 ** 3 }} {{ (-2) ** 3 }} {{ 4 ** -2 }} {{ (-1) ** 999 }} {{ 0 ** 0 }}
{{ (10 ** 30) // 0 }}
{{ (10 ** 30) % 0.0 }}
{{ '{:,} {:_} {:x} {:e} {:010,} {:+} {:<5}| {:^7.2f}| {:%} {:g} {:.3g} {:n}'.format(1234567, 1234567, 255, 12345.678, 1234, 5, 'a', 3.14159, 0.25, 1e-7, 123456, 7) }} {{ '{:.0f} {:#x} {:#b} {:c<3} {:.1} {}'.format(2.5, 255, 5, 1, 3.14, 1.0) }}
{{ '{:>10}|{:*^10}|{:=+8}|{:08.3f}|{: d}|{:.2s}'.format('abc', 'mid', 42, -3.14159, 7, 'xyz') }} {{ '{0[0]} {0[1]} {1}'.format([1, 2], 3) }} {{ '{:.1} {:.3} {:.3} {:.2}'.format(0.0, 123456.0, 12.0, 1e-9) }}
{{ ('a' | safe).upper() }} {{ ('a' | safe).split('a') }} {{ ('a' | safe).partition('a') }} {{ ('a,' | safe).join(['<', 'b']) }} {{ ('a' | safe).center(5, '<') }} {{ ('{}' | safe).format('<') }} {{ ('a' | safe) * 2 }} {{ ('ab' | safe)[0] }} {{ ('a' | safe) is escaped }} {{ ('x' | safe) == 'x' }} {{ {'x': 1}['x' | safe] }} {{ ('<' | e | e) }} {{ ('<' | forceescape) }} {{ ('a' | safe) | upper | tojson }}
{{ 'AbC'.swapcase() }} {{ 'Straße'.casefold() }} {{ 'ǆ'.title() }} {{ 'a\tb'.expandtabs(4) }} {{ '-42'.zfill(6) }} {{ 'x'.ljust(3, '.') }}| {{ 'x'.rjust(3) }} {{ 'abc'.find('c') }} {{ 'äbc'.find('c') }} {{ 'abcabc'.rfind('b') }} {{ 'aXbX'.rsplit('X') }} {{ 'a.b.c'.rpartition('.') }} {{ '\u0e2a'.isalpha() }} {{ '²'.isdigit() }} {{ '٣'.isdecimal() }} {{ 'Ⅷ'.isupper() }} {{ 'a b'.istitle() }} {{ 'A B'.istitle() }}""".split("\n")


def corners():
    """CORNERS, where a template that goes on over several lines starts a group of lines that ends where a new tag line begins."""
    joined, buffer = [], []
    for line in CORNERS:
        if buffer and not line.startswith("{"):
            buffer.append(line)
            continue
        if buffer:
            joined.append("\n".join(buffer))
        buffer = [line]
    return [*joined, "\n".join(buffer)] + [line for line in CORNERS]


def systematic(r):
    """Every filter, test, method, operator, key and format, each over a few of the values."""
    texts = [v for v in VALUES if v.startswith("'")]
    some = lambda n: r.sample(VALUES, n)
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
        for v, w in zip(some(30), some(30)):
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


def write_renderings(folder):
    tokenizer = toy_tokenizer(TOKENS.values())
    conversations = json.loads((folder / "conversations.json").read_text(encoding="utf-8"))
    with open(folder / "render.jsonl", "w", encoding="utf-8") as f:
        print(json.dumps({"versions": VERSIONS, "now": NOW.isoformat(), "tokens": TOKENS, "options": OPTIONS}, ensure_ascii=False), file=f)
        for path in sorted((folder / "templates").glob("*.jinja")):
            source = path.read_text(encoding="utf-8")
            for c, messages in enumerate(conversations):
                for o, options in enumerate(OPTIONS):
                    out = render(tokenizer, source, messages, options)
                    print(json.dumps([path.stem, c, o, out], ensure_ascii=False, separators=(",", ":")), file=f)


# --- masks ------------------------------------------------------------------------------------------------------------------

SPECIALS = ["<s>", "<pad>", "<|im_start|>", "<|im_end|>", "<start_of_turn>", "<end_of_turn>"]
MERGES = [("\n", "\n"), (">", "\n"), ("a", "n"), ("an", "s"), ("t", "\n"), (" ", "a"), ("o", "k"), ("e", "e"), ("]", " "), ("n", "\n\n")]


def trl_sample(tokenizer, source, record, completion_only, assistant_only):
    """Ids and labels as SFTTrainer prepares one record."""
    from datasets import Dataset, disable_progress_bars
    from trl import SFTTrainer

    disable_progress_bars()
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
        {"messages": [system, user("a"), assistant("an", reasoning_content="t"), {"role": "tool", "content": "r"}, assistant("é日本 🎉")]},
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


def write_masks(folder):
    tokenizer = toy_tokenizer(SPECIALS, MERGES)
    with open(folder / "masks.jsonl", "w", encoding="utf-8") as f:
        print(json.dumps({"versions": VERSIONS, "now": NOW.isoformat(), "tokens": TOKENS, "specials": SPECIALS, "merges": MERGES},
                         ensure_ascii=False), file=f)
        for name, record, completion_only, assistant_only in mask_records():
            source = (folder / "templates" / (name + ".jinja")).read_text(encoding="utf-8")
            out = trl_sample(tokenizer, source, record, completion_only, assistant_only)
            print(json.dumps([name, record, completion_only, assistant_only, out], ensure_ascii=False, separators=(",", ":")), file=f)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    chat = ROOT / "internal" / "chat" / "testdata"
    write_snippets(ROOT / "internal" / "jinja" / "testdata" / "snippets.jsonl")
    write_renderings(chat)
    write_masks(chat)
