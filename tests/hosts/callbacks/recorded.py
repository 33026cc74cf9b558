"""Tells the tests what Ansible did, one line of JSON for each task and host, and ends it where a test wants that."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorded
type: notification
short_description: Writes what happened to a file
description: [The file is named by the variable RECORDED.]
"""


class CallbackModule(CallbackBase):
    """Writes down how each task ended on each host."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorded"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._until = os.environ.get("RECORDED_UNTIL", "")
        self._ended = 0

    def v2_runner_on_ok(self, result):
        self._write(result, "changed" if result._result.get("changed") else "ok")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write(result, "ignored" if ignore_errors else "failed")

    def v2_runner_on_unreachable(self, result):
        self._write(result, "unreachable")

    def v2_runner_on_skipped(self, result):
        self._write(result, "skipped")

    def _write(self, result, status):
        said = {"host": result._host.get_name(), "task": result._task.get_name(), "status": status}
        with Path(os.environ["RECORDED"]).open("a") as file:
            file.write(json.dumps({**said, "result": json.loads(self._dump_results(result._result))}) + "\n")
        self._ended += 1
        done = status != "skipped" and said["task"] == self._until
        if done or self._until == str(self._ended):
            os.killpg(0, signal.SIGKILL)
