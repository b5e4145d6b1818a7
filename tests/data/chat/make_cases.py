#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes cases.json beside this file: templates of our own that use every construct which published templates use, and
what transformers makes of them. Needs transformers; run it again after a change here and commit both."""
import json
import pathlib

import jinja2

import compare_templates

CHAT = [{"role": "system", "content": " Be kind. "}, {"role": "user", "content": "Hi, you!\n"},
        {"role": "assistant", "content": "Hello \u201eworld\u201c", "score": 0.5, "n": 3}]
PARTS = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What?"}], "tags": ["b", "A", "c", "a"]},
         {"role": "assistant", "content": None,
          "call": {"name": "f", "arguments": {"z": [1, 2.5, None, True], "a": "\u00e9\"\\\n\t\u0001/<>&'"}}}]

TEMPLATES = {
    # Statements
    "for and if": "{% for m in messages %}{% if m.role == 'user' %}U{% elif m['role'] == 'system' %}S{% else %}A{% endif %}{{ m.content }}{% endfor %}",
    "loop variables": "{% for m in messages %}{{ loop.index }}/{{ loop.index0 }}/{{ loop.revindex }}/{{ loop.revindex0 }}/{{ loop.length }}/{{ loop.first }}/{{ loop.last }} {% endfor %}",
    "loop neighbours": "{% for m in messages %}{{ loop.previtem.role if loop.previtem is defined else '-' }}<{{ m.role }}>{{ loop.nextitem.role if not loop.last }};{% endfor %}",
    "loop cycle and nesting": "{% for m in messages %}{% for c in m.role %}{{ loop.cycle('a', 'b') }}{% endfor %}{{ loop.index }}{% endfor %}",
    "for else": "{% for m in messages if m.role == 'tool' %}x{% else %}none{% endfor %}",
    "for with condition": "{% for m in messages if m.role != 'system' %}{{ loop.index }}{{ m.role }}{% endfor %}",
    "unpacking": "{% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}{% set a, b = 1, 'x' %}{{ a }}{{ b }}{% for a, b in [(1, 2), [3, 4]] %}{{ a + b }}{% endfor %}",
    "break and continue": "{% for m in messages %}{% if loop.first %}{% continue %}{% endif %}{{ m.role }}{% if m.role == 'user' %}{% break %}{% endif %}{% endfor %}",
    "set stays in the loop": "{% set x = 'out' %}{% for m in messages %}{% set x = m.role %}{{ x }} {% endfor %}{{ x }}",
    "set in if": "{% if messages %}{% set x = 1 %}{% endif %}{{ x }}{% if not messages %}{% set y = 1 %}{% endif %}{{ y is defined }}",
    "namespace": "{% set ns = namespace(n=0, seen='') %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% set ns.seen = ns.seen ~ m.role[0] %}{% endfor %}{{ ns.n }}{{ ns.seen }}{{ ns.other is defined }}",
    "set block": "{% set x %}[{{ messages[1].content }}]{% endset %}{{ x }}{% set y | trim | upper %}  y {% endset %}{{ y }}{% set ns = namespace() %}{% set ns.z %}q{% endset %}{{ ns.z }}",
    "macro": "{% macro turn(role, text='none', end='.') %}<{{ role }}>{{ text }}{{ end }}{% endmacro %}{{ turn('a') }}{{ turn('b', 'c') }}{{ turn(role='d', end='!') }}{{ turn() }}",
    "macro sees the outside": "{% set who = 'x' %}{% macro f() %}{{ who }}{{ m is defined }}{% endmacro %}{% for m in messages %}{{ f() }}{% endfor %}{% set who = 'y' %}{{ f() }}",
    "macro calls itself": "{% macro count(n) %}{{ n }}{% if n > 0 %},{{ count(n - 1) }}{% endif %}{% endmacro %}{{ count(5) }}",
    "macros in lists": "{% macro f(a, b) %}{{ a }}-{{ b }};{% endmacro %}{% macro g() %}g{% endmacro %}{% set all = [f, g] %}{{ all[0](*[1, 2]) }}{{ all[1]() }}{{ f(**{'a': 3, 'b': 4}) }}",
    "call": "{% macro box(t) %}[{{ t }}:{{ caller() }}]{% endmacro %}{% call box('a') %}in {{ messages[0].role }}{% endcall %}",
    "call with arguments": "{% macro each(l) %}{% for i in l %}{{ caller(i, loop.index) }}{% endfor %}{% endmacro %}{% call(i, n) each(['x', 'y']) %}{{ n }}{{ i }} {% endcall %}",
    "filter block": "{% filter upper %}abc {{ messages[0].role }}{% endfilter %}",
    "with": "{% with a = 1, b = 'x' %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}",
    "generation": "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% endif %}{% endfor %}",
    "raw": "a{% raw %}{{ x }} {% if %}{% endraw %}b\n  {%- raw -%}  c  {%- endraw -%}  d",
    "comments": "a{# x {{ y }} #}b\n  {#- c -#}\n d\n{# e #}\nf",
    "raise": "{% if messages[0].role == 'system' %}{{ raise_exception('no system: ' ~ messages[0].content) }}{% endif %}ok",
    "generation prompt": "{{ bos_token }}{{ messages[0].role }}{{ eos_token }}{% if add_generation_prompt %}GO{% endif %}",
    "tools are none": "{{ tools is defined }}{{ tools is none }}{{ documents is none }}{{ tools }}{{ custom is defined }}{{ builtin_tools is undefined }}",
    "clock": "{{ strftime_now('%d %b %Y') }}{{ strftime_now('%A, %Y-%m-%d %j %H:%M') }}{{ strftime_now is defined }}",
    # White space
    "trimming and stripping": "  {% if messages %}\n  x\n    {% endif %}\n  y {% if 1 %} z{% endif %}\n\n{{ 1 }}\n{{ 2 }}\n",
    "signs": "a\n  {%- if 1 -%}\n  b  {%+ if 1 %}\n c{% endif +%}\n{% endif -%}\n  d  {{- 1 -}}  \n e  {{+ 2 }}\n",
    "line ends": "a\r\nb\rc\n{% if 1 %}\r\nx{% endif %}\r\n\n",
    "tags at line starts": "{% set x = 1 %}\n{% set y = 2 %}\n\n  {% set z = 3 %}  \n\t{% set w = 4 %}\n{{ x }}\n  {{ y }}\n",
    "unicode blanks": "a\u00a0\n\u3000{%- if 1 -%}\u2003\n b{% endif %}",
    # Expressions
    "arithmetic": "{{ 7 + 2 }} {{ 7 - 9 }} {{ 7 * 2 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 % 3 }} {{ -7 % 3 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 1.5 + 1 }} {{ -3 }} {{ +3 }} {{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 6 / 3 }} {{ True + 1 }}",
    "numbers": "{{ 1e3 }} {{ 1.0 }} {{ 0.1 }} {{ 1e16 }} {{ 123456789.125 }} {{ 1e-5 }} {{ 0.0001 }} {{ 1_000 }} {{ 3.14e2 }} {{ 1e22 }} {{ 0.1 + 0.2 }}",
    "texts": "{{ 'a' 'b' \"c\" }}{{ 'it\\'s' }}{{ '\\n\\t\\\\' }}{{ '\\x41\\u00e9\\U0001F333\\101\\d' }}{{ 'a' * 3 }}{{ 'a' ~ 1 ~ none ~ true ~ 1.5 }}",
    "concatenation": "{{ 'a' + 'b' + messages[0].role }}{{ 'n: ' ~ messages|length ~ '.' }}{{ [1] + [2, 'x'] }}{{ (1, 2) + (3,) }}",
    "comparisons": "{{ 1 < 2 }}{{ 1 <= 1 }}{{ 2 > 3 }}{{ 'a' < 'b' }}{{ 1 == 1.0 }}{{ 'a' != 'b' }}{{ 1 < 2 < 3 }}{{ 1 < 3 < 2 }}{{ [1, 2] == [1, 2] }}{{ {'a': 1} == {'a': 1} }}{{ none == none }}{{ x == y }}{{ True == 1 }}{{ (1, 2) == [1, 2] }}{{ [1, 2] < [1, 3] }}",
    "logic": "{{ 1 and 0 }} {{ '' or 'x' }} {{ not 1 }} {{ not x }} {{ 'a' and 'b' }} {{ none or false }} {{ not 1 == 2 }} {{ 1 or 2 and 0 }}",
    "in": "{{ 'a' in 'cat' }}{{ 'a' not in ['a'] }}{{ 'role' in messages[0] }}{{ 1 in (1, 2) }}{{ 'x' in undefined_name }}{{ not 'a' in 'b' }}{{ '' in 'x' }}",
    "conditional": "{{ 'a' if messages else 'b' }}{{ 'a' if not messages }}{{ 'x' if 0 else 'y' if 0 else 'z' }}{{ ('a' if 1 else 'b') ~ 'c' }}",
    "slices": "{{ messages[1:]|length }}{{ messages[:-1]|length }}{{ messages[-1].role }}{{ 'abcdef'[1:4] }}{{ 'abcdef'[::-1] }}{{ 'abcdef'[::2] }}{{ 'abcdef'[-2:] }}{{ 'abc'[5:] }}{{ [1, 2, 3][::-1] }}{{ '\u00e4\u00f6\u00fc\U0001f333x'[1:4] }}{{ 'abcdef'[4:1:-1] }}{{ 'abc'[10] is defined }}{{ 'abc'[-1] }}",
    "access": "{{ messages[0]['role'] }}{{ messages.0.role }}{{ messages[0].nothing }}{{ messages[9] }}{{ messages[0]['nothing'] is defined }}{{ {'a': {'b': 7}}.a.b }}{{ {'items': 1}['items'] }}{{ [[1, 2], [3]][0][1] }}",
    "literals": "{{ [1, 'a', none, true, 2.5, [], {}] }} {{ {'a': 1, 'b': ['x']} }} {{ (1, 'a') }} {{ (1,) }} {{ () }} {{ 1, 2 }} {{ [1,] }} {{ {'a': 1,} }}",
    "repr of texts": "{{ ['a\\'b', 'a\"b', 'a\\'b\"c', 'x\\ny\\t\\\\', '\u00e9\u200b\u00a0\x07\U0001f333\ue000'] }}",
    "undefined": "{{ nothing }}|{{ nothing ~ 'x' }}|{{ nothing|length }}|{{ nothing|trim }}|{{ nothing|list }}|{{ nothing|join }}|{{ nothing|default('d') }}{% for x in nothing %}x{% endfor %}|{{ nothing is none }}|{{ [nothing] }}",
    "names of constants": "{{ true }}{{ True }}{{ false }}{{ False }}{{ none }}{{ None }}",
    # Tests
    "tests of kinds": "{% for v in [none, 'a', 1, 1.5, true, [1], (1,), {'a': 1}, nothing] %}{{ v is string }},{{ v is mapping }},{{ v is iterable }},{{ v is sequence }},{{ v is number }},{{ v is integer }},{{ v is float }},{{ v is boolean }},{{ v is none }},{{ v is defined }},{{ v is true }},{{ v is false }},{{ v is callable }};{% endfor %}",
    "tests of values": "{{ 3 is odd }}{{ 4 is even }}{{ 9 is divisibleby 3 }}{{ 9 is divisibleby(2) }}{{ 1 is eq 1 }}{{ 1 is ne(2) }}{{ 'a' is in ['a'] }}{{ 2 is gt 1 }}{{ 2 is lt 1 }}{{ 'abc' is lower }}{{ 'abc' is upper }}{{ none is sameas none }}{{ 1 is not none }}{{ x is not defined and y is undefined }}",
    "precedence of tests": "{{ 'a' ~ 'b' is string }}{{ not x is defined }}{{ -1 is number }}{{ 1 == 1 is true }}{{ 'a' if x is defined else 'b' }}",
    # Filters
    "text filters": "{{ messages[0].content|trim }}|{{ 'aBc d'|upper }}|{{ 'ABC'|lower }}|{{ 'aBC dE-fg (hi'|title }}|{{ 'aBC'|capitalize }}|{{ 1.5|string + 'x' }}|{{ 'x<'|safe }}|{{ '<a href=\"x\">&\\''|e }}|{{ 'xxaxx'|trim('x') }}",
    "replace": "{{ 'aaa'|replace('a', 'b') }}{{ 'aaa'|replace('a', 'b', 2) }}{{ 'abc'|replace('', '-') }}{{ 'a1b'|replace(1, 2) }}",
    "list filters": "{{ [3, 1, 2]|first }}{{ [3, 1, 2]|last }}{{ []|first is defined }}{{ 'abc'|list }}{{ [3, 1, 2]|length }}{{ 'a\u00e9\U0001f333'|length }}{{ [1, 2]|join('-') }}{{ ['a', 1, none]|join }}{{ messages|join(', ', attribute='role') }}{{ [1, 2, 3]|reverse|list }}{{ 'abc'|reverse }}{{ [1, 2]|sum }}{{ [1, 5, 2]|max }}{{ [4, 2, 9]|min }}{{ ['b', 'a', 'B']|sort }}{{ ['a', 'A', 'b', 'a']|unique|list }}{{ {'a': 1}|length }}",
    "choosing": "{{ messages|selectattr('role', 'equalto', 'user')|list|length }}{{ (messages|selectattr('role', 'in', ['user', 'system'])|map(attribute='role')|list) }}{{ messages|rejectattr('role', 'eq', 'user')|map(attribute='role')|join(',') }}{{ [0, 1, '', 'a']|select|list }}{{ [1, 2, 3]|select('odd')|list }}{{ [1, 2, 3]|reject('odd')|list }}{{ messages|selectattr('score')|list|length }}{{ messages|selectattr('score', 'defined')|list|length }}{{ none|selectattr('x')|list }}",
    "map": "{{ ['a', 'b']|map('upper')|list }}{{ messages|map(attribute='content')|map('trim')|join('|') }}{{ messages|map(attribute='score', default='-')|list }}{{ ['a ', ' b']|map('trim')|map('replace', 'a', 'x')|list }}",
    "default": "{{ nothing|default }}|{{ nothing|default('x') }}|{{ ''|default('x') }}|{{ ''|default('x', true) }}|{{ none|default('x') }}|{{ nothing|d('y') }}|{{ messages[0].nothing|default(none) is none }}",
    "number filters": "{{ '12'|int }} {{ '1.9'|int }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ 3.9|int }} {{ true|int }} {{ '2.5'|float }} {{ 3|float }} {{ -3|abs }} {{ 2.675|round(2) }} {{ 2.5|round }} {{ none|int }}",
    "dict filters": "{% for k, v in {'b': 1, 'a': 2}|items %}{{ k }}{{ v }}{% endfor %}{% for k, v in {'b': 1, 'a': 2}|dictsort %}{{ k }}{{ v }}{% endfor %}{% for k in {'b': 1, 'a': 2} %}{{ k }}{% endfor %}{{ nothing|items|list }}",
    "indent": "{{ 'a\\nb\\n\\nc'|indent }}|{{ 'a\\nb'|indent(2, true) }}|{{ 'a\\n\\nb'|indent(1, blank=true) }}|{{ 'a\\nb\\n'|indent(2) }}|{{ 'a\\nb'|indent('> ') }}",
    "tojson": "{{ messages[-1]|tojson }}{{ [1, 2.0, none, true, 'a']|tojson }}{{ '</script>'|tojson }}{{ {}|tojson }}{{ []|tojson }}",
    "tojson with style": "{{ messages[0]|tojson(indent=2) }}{{ {'b': [1, {}], 'a': {}}|tojson(indent=4, sort_keys=true) }}{{ [1, 2]|tojson(separators=(',', ':')) }}{{ '\u00e9\U0001f333'|tojson(ensure_ascii=true) }}{{ []|tojson(indent=2) }}",
    "filters bind tight": "{{ 'a' ~ 'b'|upper }}{{ ('a' ~ 'b')|upper }}{{ -1|abs }}{{ messages|length > 1 }}{{ not messages|length }}{{ 'a'|upper == 'A' }}",
    # Methods
    "strip and split": "{{ '  a '.strip() }}|{{ '  a '.lstrip() }}|{{ '  a '.rstrip() }}|{{ 'xxaxy'.strip('xy') }}|{{ 'a,b,,c'.split(',') }}|{{ ' a  b c '.split() }}|{{ 'a b c'.split(' ', 1) }}|{{ 'a.b.c'.rsplit('.', 1) }}|{{ 'a b c'.split(none, 1) }}|{{ 'a</t>b'.split('</t>')[-1] }}|{{ 'a\\nb\\r\\nc\\n'.splitlines() }}|{{ ''.split() }}|{{ ''.split(',') }}|{{ '\u3000a\u00a0'.strip() }}|",
    "searching": "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith(('x', 'c')) }}{{ 'abcb'.find('b') }}{{ 'abcb'.rfind('b') }}{{ 'abc'.find('x') }}{{ 'aaa'.count('a') }}{{ '\u00e9a'.find('a') }}{{ [1, 2, 1].count(1) }}{{ ['a', 'b'].index('b') }}",
    "changing": "{{ 'abc'.upper() }}{{ 'ABC'.lower() }}{{ 'a bc d\\'e 2x'.title() }}{{ 'aBC'.capitalize() }}{{ 'aXbX'.replace('X', '-') }}{{ 'aXbX'.replace('X', '-', 1) }}{{ ', '.join(['a', 'b']) }}{{ 'prefix-a'.removeprefix('prefix-') }}{{ 'a.txt'.removesuffix('.txt') }}{{ 'stra\u00dfe'.upper() }}{{ '\u01c6'.title() }}",
    "asking": "{{ '12'.isdigit() }}{{ ''.isdigit() }}{{ ' \\t'.isspace() }}{{ 'ab1'.isalpha() }}{{ 'ab1'.isalnum() }}{{ 'AB'.isupper() }}{{ 'ab'.islower() }}",
    "dict methods": "{{ messages[0].get('role') }}{{ messages[0].get('x') }}{{ messages[0].get('x', 'y') }}{{ messages[0].keys()|list }}{{ messages[0].values()|list }}{% for k, v in messages[0].items() %}{{ k }}:{{ v }};{% endfor %}{{ messages[0].items()|list|length }}",
    "ranges and dicts": "{{ range(3)|list }}{{ range(1, 8, 3)|list }}{{ range(3, 0, -1)|list }}{% for i in range(0, messages|length, 2) %}{{ messages[i].role }}{% endfor %}{{ dict(a=1, b='x') }}{{ dict({'c': 1}, d=2) }}",
    # What transformers refuses, too
    "error: attribute of undefined": "{{ nothing.x }}",
    "error: adding a number to a text": "{{ 'a' + 1 }}",
    "error: adding none": "{{ 'a' + none }}",
    "error: calling a text": "{{ 'a'() }}",
    "error: changing a list": "{% set l = [1] %}{{ l.append(2) }}",
    "error: changing a dict": "{{ messages[0].update({'a': 1}) }}",
    "error: looping over a number": "{% for x in 1 %}{% endfor %}",
    "error: division by zero": "{{ 1 // 0 }}",
    "error: unknown filter": "{{ 1|frobnicate }}",
    "error: unknown test": "{{ 1 is frobnicated }}",
    "error: wrong number of values": "{% for a, b in [[1, 2, 3]] %}{% endfor %}",
    "error: set in what is no namespace": "{% set d = {} %}{% set d.x = 1 %}",
    "error: endless range": "{% for i in range(1000000000) %}{% endfor %}",
    "error: unclosed": "{% if 1 %}x",
    "error: unclosed tag": "{{ 1",
    "error: unclosed text": "{{ 'a }}",
    "error: unclosed comment": "{# a",
    "error: else without if": "{% else %}",
    "error: bracket": "{{ (1] }}",
    "error: unknown tag": "{% do x %}",
    "error: break outside": "{% break %}",
    "error: undefined in json": "{{ nothing|tojson }}",
    "error: empty output": "{{ }}",
    "error: comparing text and number": "{{ 'a' < 1 }}",
    "error: key of none": "{{ none.x.y }}",
    "error: macro with too many": "{% macro f(a) %}{% endmacro %}{{ f(1, 2) }}",
}


def main():
    compare_templates.chat_template_utils.datetime = compare_templates.FixedClock
    tokens = {"bos_token": "<s>", "eos_token": "</s>"}
    chats = {"chat": CHAT, "parts": PARTS}
    cases = []
    for name, template in TEMPLATES.items():
        for chat in chats:
            for prompt in (False, True):
                text = compare_templates.by_transformers(template, tokens, chats[chat], prompt)
                refused = isinstance(text, Exception)
                if refused and not name.startswith("error") and name != "raise" and chat == "chat":
                    raise SystemExit(f"{name}: {text!r}")
                if name.startswith("error") and not refused:
                    raise SystemExit(f"{name}: is not refused but {text!r}")
                if prompt and name != "generation prompt":
                    continue
                cases.append({"name": f"{name}, {chat}" + (", prompt" if prompt else ""), "template": template,
                              "chat": chat, "prompt": prompt, "text": None if refused else text})
    path = pathlib.Path(__file__).with_name("cases.json")
    path.write_text(json.dumps({"day": "2026-01-31", "chats": chats, "cases": cases}, indent=1) + "\n")
    print(len(cases), "cases")


if __name__ == "__main__":
    main()
