"""No value reaches a file but through a filter of the file's own format, and in a place where its quotes hold it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import TemplateAssertionError, UndefinedError

import migrate
from migrate.shared.placing import MisplacedError
from migrate.shared.quoting import FORMATS, Unquotable
from migrate.shared.templates import Templates, render
from tests.hostile import NASTY
from tests.readers import by_lua

# What would run if the value of a template were not held by its quotes.
ATTACK = '"]]..os.execute("id")..[[\n'
TEMPLATES = sorted(
    path
    for folder in (Path(migrate.__file__).parent / "data", Path(migrate.__file__).parents[1] / "templates")
    for path in folder.rglob("*.j2")
)


def rendered(text: str, *, known: str = "lua", x: object = "a b", **others: str) -> str:
    """Render a template of a format, with x and with other templates beside it."""
    sources = {"main.j2": f"{{# format: {known} -#}}\n{text}", **others}
    return Templates(sources.__getitem__).render("main.j2", x=x, y=["p", "q"], yes=True).text


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("a = {{ x | lua }}", 'a = "a b"'),
        ("a = {{ x | upper | lua }};", 'a = "A B";'),
        ("a = {{ ('b.' ~ x) | lua }}\n", 'a = "b.a b"\n'),
        ("f({{ x|lua }}, {{ 7 | lua }})", 'f("a b", 7)'),
        ("a = { [{{ x | lua }}] = {{ y | lua }} }", 'a = { ["a b"] = { "p", "q" } }'),
        ("{% for z in y %}{{ z | lua }},{% endfor %}", '"p","q",'),
        ("a = {% if yes %}{{ x | lua }}{% else %}{{ 1 | lua }}{% endif %};", 'a = "a b";'),
        ("{% set z = x ~ '!' %}a = {{ z | lua }}", 'a = "a b!"'),
        ('-- don\'t\na = "--" b = {{ x | lua }} -- "', '-- don\'t\na = "--" b = "a b" -- "'),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ],
)
def test_a_value_is_written_by_the_filter(template, written):
    assert rendered(template) == written


@pytest.mark.parametrize(
    "template",
    [
        "{{ x }}",
        "{{ 7 }}",
        "{{ 'constant' }}",
        "{{ x | safe }}",
        "{{ x | lua | upper }}",
        "{{ x | json }}",
        "{{ (x | lua) ~ x }}",
        "{{ x | lua if yes }}",
        "{{ x | lua if yes else x }}",
        "{{ y | map('lua') | join }}",
        "{{ (x | lua) | lua }}",
        "{% set z = x | lua %}{{ z }}",
        "{% if not yes %}{{ x }}{% endif %}",
        "{% filter upper %}{{ x | lua }}{% endfilter %}",
        "{% macro m(a) %}{{ a | lua }}{% endmacro %}",
        "{% set z %}{{ x | lua }}{% endset %}",
        "{% import 'other' as other %}",
        "{% from 'other' import m %}",
        "{% call x() %}{% endcall %}",
        "{% autoescape true %}{% endautoescape %}",
    ],
)
def test_what_did_not_come_out_of_the_filter_is_refused_even_where_it_is_not_reached(template):
    with pytest.raises(TemplateAssertionError) as refused:
        rendered(template)
    assert refused.value.name == "main.j2"


@pytest.mark.parametrize(
    ("known", "template"),
    [
        ("lua", 'a = "{{ x | lua }}"'),
        ("lua", 'a = "welcome to {{ x | lua }}"'),
        ("lua", "a = 'it is {{ x | lua }}'"),
        ("lua", "-- {{ x | lua }}"),
        ("lua", "--[[\n {{ x | lua }}\n]]"),
        ("lua", "a = [==[ ]] {{ x | lua }} ]==]"),
        ("lua", "a = b{{ x | lua }}"),
        ("lua", "a = {{ x | lua }}b"),
        ("lua", "a = {{ x | lua }}{{ x | lua }}"),
        ("lua", "{% for z in y %}{{ z | lua }}{% endfor %}"),
        ("javascript", "a = `${ {{ x | javascript }} }`"),
        ("javascript", "/* {{ x | javascript }} */"),
        ("json", '{"a": "{{ x | json }}"}'),
        ("hocon", "a = b {{ x | hocon }}"),
        ("hocon", 'a = """ {{ x | hocon }} """'),
        ("toml", "a = '{{ x | toml }}'"),
        ("yaml", "a:{{ x | yaml }}"),
        ("yaml", "a: b {{ x | yaml }}"),
        ("yaml", "a: {{ x | yaml }} b"),
        ("nginx", "proxy_pass http://{{ x | nginx }};"),
        ("nginx", "add_header a 'b {{ x | nginx }}';"),
        ("nginx", "# {{ x | nginx }}"),
        ("environment", "A=-Xmx{{ x | environment }}"),
        ("environment", "A = {{ x | environment }}"),
        ("environment", "# A={{ x | environment }}"),
        ("environment", "A='\nB={{ x | environment }}\n'"),
        ("environment", 'A="\nB={{ x | environment }}\n"'),
        ("systemd", 'Environment="A=b {{ x | systemd_word }}"'),
        ("systemd", "ExecStart=/bin/a 'b {{ x | systemd_argument }}'"),
        ("systemd", "# ExecStart=/bin/a {{ x | systemd_argument }}"),
        ("systemd", "ExecStart=/bin/a --b={{ x | systemd_argument }}"),
        ("systemd", "Environment={{ x | systemd_argument }}"),
        ("systemd", "Description=a {{ x | systemd_line }}"),
        ("coturn", "user=a:{{ x | coturn }}"),
        ("coturn", "# realm={{ x | coturn }}"),
        ("debconf", "a a/b string  {{ x | debconf }}"),
        ("debconf", "# a/b string {{ x | debconf }}"),
        ("html", "<p title={{ x | html }}>"),
        ("html", "<p>{{ x | html_attribute }}</p>"),
        ("html", "<script>{{ x | html }}</script>"),
        ("html", "<p onclick={{ x | html_attribute }}>"),
        ("html", "<p style={{ x | html_attribute }}>"),
        ("html", "<!-- {{ x | html }} -->"),
        ("html", '<p title="{{ x | html }}">'),
        ("sysctl", "a = 1 {{ x | sysctl }}"),
        ("nftables", 'add rule a comment "{{ x | nftables }}"'),
    ],
)
def test_a_value_that_its_quotes_would_not_hold_is_refused(known, template):
    with pytest.raises(MisplacedError, match=r"main.j2: in line \d of what it renders"):
        rendered(template, known=known, x="x")


@pytest.mark.parametrize(
    ("known", "template", "written"),
    [
        ("json", '{"a": {{ x | json }}}', '{"a": "x"}'),
        ("javascript", "config.a = {{ x | javascript }}; // b", 'config.a = "x"; // b'),
        ("hocon", "a { b = {{ x | hocon }} }", 'a { b = "x" }'),
        ("hocon", "{{ x | hocon }} = 1", '"x" = 1'),
        ("toml", "a = [{{ x | toml }}]", 'a = ["x"]'),
        ("yaml", "a:\n  - {{ x | yaml }}\n  - b: {{ x | yaml }}", 'a:\n  - "x"\n  - b: "x"'),
        ("nginx", "if ($a = b) { return 301 {{ x | nginx }}; }", "if ($a = b) { return 301 x; }"),
        ("environment", "A={{ x | environment }}\n", 'A="x"\n'),
        ("environment", "# don't\nA={{ x | environment }}\n", '# don\'t\nA="x"\n'),
        ("systemd", "Description={{ x | systemd_line }}", "Description=x"),
        ("systemd", "Description=don't\nEnvironment={{ x | systemd_word }}", 'Description=don\'t\nEnvironment="x"'),
        ("systemd", "ExecStart=/bin/a -b {{ x | systemd_argument }}", 'ExecStart=/bin/a -b "x"'),
        ("coturn", "realm={{ x | coturn }}", "realm=x"),
        ("debconf", "a\ta/b\tstring\t{{ x | debconf }}\n", "a\ta/b\tstring\tx\n"),
        ("html", "<p title={{ x | html_attribute }}>a {{ x | html }}!</p>", '<p title="x">a x!</p>'),
        ("sysctl", "net.core.a = {{ x | sysctl }}", "net.core.a = x"),
        ("nftables", "ip saddr {{ x | nftables }} accept", "ip saddr x accept"),
    ],
)
def test_each_format_has_places_for_values(known, template, written):
    assert rendered(template, known=known, x="x") == written


def test_an_included_template_is_held_to_the_same():
    assert rendered("{% include 'b' %}", b="{# format: lua #}a = {{ x | lua }}") == 'a = "a b"'
    with pytest.raises(TemplateAssertionError, match="needs a last filter: lua"):
        rendered("{% include 'b' %}", b="{# format: lua #}a = {{ x }}")
    with pytest.raises(MisplacedError, match="written as nginx in a file of lua"):
        rendered("{% include 'b' %}", b="{# format: nginx #}a {{ x | nginx }};")
    with pytest.raises(MisplacedError, match="inside a string"):
        rendered("a = '{% include 'b' %}'", b="{# format: lua #} {{ x | lua }}")


def test_a_template_without_a_format_holds_no_values():
    templates = Templates({"a": "text", "b": "{{ x | lua }}", "c": "{# format: klingon #}"}.__getitem__)
    assert templates.render("a").text == "text"
    for name, reason in (("b", "tells no format"), ("c", "no format klingon")):
        with pytest.raises(TemplateAssertionError, match=reason):
            templates.render(name, x=1)


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(UndefinedError, match="'colour' is undefined"):
        rendered("a = {{ colour | lua }}")


def test_a_value_that_the_format_cannot_hold_comes_back_with_the_refusal():
    with pytest.raises(Unquotable) as refused:
        rendered("a {{ y | nginx }} {{ x | nginx }};", known="nginx", x="a$b")
    assert refused.value.value == "a$b"


@pytest.mark.parametrize("value", [ATTACK, "\x02lua\x03os\x03", *NASTY])
def test_hostile_text_stays_one_value(value):
    text = rendered("{{ x | lua }}", x=value)
    assert "\x02" not in text


def test_hostile_text_is_read_back_from_a_template():
    values = [ATTACK, "\x02lua\x03os\x03", *NASTY]
    lines = rendered("{% for z in x %}\n{{ z | lua }}\n{% endfor %}", x=values).rstrip("\n").split("\n")
    assert by_lua([line.strip() for line in lines]) == values


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_template_that_ships_holds_quoted_values_only(path):
    Templates(lambda name: path.read_text("utf-8"))._jinja.get_template("it")


def test_the_site_files_do_not_show_how_they_were_made():
    assert render("site/secrets.toml.j2", site_key="k").text.splitlines()[0].startswith("# Keep this file")


def test_quoting_alone_loads_no_template_engine():
    check = "import sys, migrate.shared.quoting; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_there_is_a_format_for_every_kind_of_file():
    assert sorted(FORMATS) == [
        *("certbot", "coturn", "debconf", "environment", "hocon", "html", "javascript", "json", "libconfig"),
        *("lua", "mariadb", "nftables", "nginx", "php", "php_fpm", "redis", "signaling", "sysctl", "systemd", "toml"),
        "yaml",
    ]
