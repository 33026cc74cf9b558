"""Configuration files as their programs read them: one structure per file, to compare two versions of it."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from tests.readers import by_node, program

# Runs a Prosody configuration as Prosody does: a global is an option of the host that was named last.
LUA = r"""
local function plain(value)
    if type(value) == "table" then
        local keys, items = {}, {}
        for key in pairs(value) do keys[#keys + 1] = key end
        table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
        for _, key in ipairs(keys) do items[#items + 1] = plain(key) .. ":" .. plain(value[key]) end
        return "{" .. table.concat(items, ",") .. "}"
    end
    local shown = type(value) == "function" and "code" or tostring(value)
    shown = shown:gsub('[%c"\\\127]', function(c) return ("\\u%04x"):format(c:byte()) end)
    return '"' .. type(value) .. " " .. shown .. '"'
end
local found, section = {}, "*"
local environment = setmetatable({}, {
    __newindex = function(_, key, value) found[section .. " " .. key] = value end,
    __index = function(_, key) return found[section .. " " .. key] end,
})
local function begin(kind) return function(name)
    section = kind .. " " .. name
    found[section] = true
    local here = section
    return function(module)
        if type(module) == "table" then for k, v in pairs(module) do found[here .. " " .. k] = v end
        else found[here] = module end
    end
end end
rawset(environment, "VirtualHost", begin("host"))
rawset(environment, "Component", begin("component"))
rawset(environment, "Include", function(path) found["include " .. path] = true end)
rawset(environment, "Lua", { require = require, os = {}, })
assert(loadfile(arg[1], "t", environment))()
local keys = {}
for key in pairs(found) do keys[#keys + 1] = key end
table.sort(keys)
for place, key in ipairs(keys) do keys[place] = plain(key) .. ":" .. plain(found[key]) end
print("{" .. table.concat(keys, ",") .. "}")
"""
RUBY = """
require "hocon"; require "json"
STDIN.set_encoding("UTF-8"); STDOUT.sync = true
while line = STDIN.gets
  puts JSON.generate(Hocon.parse(JSON.parse(line)))
end
"""


class Readers:
    """Reads files. What takes long to start is started once."""

    def __init__(self) -> None:
        self._hocon: subprocess.Popen[str] | None = None
        self._parsed = cache(self._read)

    def parsed(self, path: str, text: str) -> object | None:
        """Return what a file's program finds in it; None where its format has no strings that could be broken."""
        return self._parsed(path, text)

    def _read(self, path: str, text: str) -> object | None:
        name = Path(path).name
        if name.endswith(".cfg.lua"):
            return _lua(text)
        if path.startswith("/etc/jitsi/") and name.endswith(".conf"):
            return self._by_ruby(text)
        if name.endswith(".js"):
            return by_node(f"{text}\n;{'interfaceConfig' if 'interface_config' in name else 'config'}")
        if name.endswith(".json"):
            return json.loads(text)
        if name.endswith(".yml"):
            return yaml.safe_load(text)
        if name.endswith(".debconf"):
            return [_answer(line) for line in text.split("\n") if line and not line.startswith("#")]
        if name in ("turnserver.conf", "jitsi-migrate.ini"):
            return [_directive(line) for line in text.split("\n") if line and not line.startswith("#")]
        return None

    def close(self) -> None:
        """End the program."""
        if self._hocon:
            self._hocon.communicate(timeout=10)

    def _by_ruby(self, text: str) -> object:
        if not self._hocon:
            program("hocon", "ruby-hocon")
            self._hocon = subprocess.Popen(
                [program("ruby", "ruby"), "-e", RUBY],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        assert self._hocon.stdin and self._hocon.stdout
        self._hocon.stdin.write(json.dumps(text) + "\n")
        self._hocon.stdin.flush()
        line = self._hocon.stdout.readline()
        assert line, "ruby-hocon cannot read it"
        return json.loads(line)


def replaced(found: object, new: Mapping[str, str]) -> object:
    """Return a structure with old texts replaced by new ones, wherever in a text they stand."""
    if isinstance(found, Mapping):
        return {replaced(key, new): replaced(value, new) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [replaced(value, new) for value in found]
    if isinstance(found, str) and new:
        pattern = "|".join(re.escape(old) for old in sorted(new, key=len, reverse=True))
        return re.sub(pattern, lambda match: new[match[0]], found)
    return found


def _lua(text: str) -> object:
    with tempfile.TemporaryDirectory() as here:
        file, script = Path(here) / "file.lua", Path(here) / "read.lua"
        file.write_bytes(text.encode())
        script.write_text(LUA)
        done = subprocess.run([program("lua5.4", "lua5.4"), script, file], capture_output=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return json.loads(done.stdout)


def _answer(line: str) -> list[str]:
    """Split a line as debconf-set-selections does: three words, one blank, and the rest."""
    found = re.fullmatch(r"(\S+)\s+(\S+)\s+(\S+)(?:[ \t](.*))?", line)
    assert found, line
    return [part or "" for part in found.groups()]


def _directive(line: str) -> list[str]:
    """Split a line as turnserver and certbot do: at the first =, without blanks around the value."""
    name, _, value = line.partition("=")
    return [name.strip(" "), value.strip(" ")]
