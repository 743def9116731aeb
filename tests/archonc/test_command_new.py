"""`archonc new` as a user types it: what is written, what is printed, exit codes."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from archonc.cli.main import main
from archonc.compiler import Compiler, check_file, compile_file
from archonc.library import STARTER, list_library

LIBRARY = list_library()
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(name: str = "mine.archon") -> str:
    return Path(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("origin", LIBRARY)
def test_program_from_the_library_is_right_and_formatted(origin: str, capsys: Capture) -> None:
    assert main(["new", "mine", "--from", origin]) == 0
    assert capsys.readouterr().err == ""
    assert check_file("mine.archon") == ()
    assert main(["fmt", "--check", "mine.archon"]) == 0
    assert written().startswith(LIBRARY[origin].text.split("\narchon 1")[0])
    assert f"\n# From `{origin}` of Archon's library.\narchon 1\n" in written()
    assert f"\narchitecture {origin}" not in written()


def test_architecture_has_the_new_name() -> None:
    assert main(["new", "panel", "--from", "critic_ranker_fuser"]) == 0
    plan = compile_file("panel.archon").plan
    original = compile_file(Path("panel.archon").rename("critic_ranker_fuser.archon")).plan
    assert plan is not None
    assert original is not None
    assert plan.name == "panel"
    assert plan.bounds == original.bounds


def test_without_an_origin_it_is_the_starter(capsys: Capture) -> None:
    assert main(["new", "hello"]) == 0
    assert written("hello.archon") == LIBRARY[STARTER].renamed("hello")
    assert capsys.readouterr() == (
        "wrote hello.archon, from `starter` of the library. Next:\n"
        "  archonc check hello.archon\n"
        "  archonc models pull smollm2-135m\n"
        '  archonc run hello.archon "…"\n',
        "",
    )


def test_path_may_be_given(folder: Path, capsys: Capture) -> None:
    (folder / "my plans").mkdir()
    assert main(["new", "my plans/vote.archon", "--from", "self_consistency"]) == 0
    assert capsys.readouterr().out == (
        "wrote my plans/vote.archon, from `self_consistency` of the library. Next:\n"
        "  archonc check 'my plans/vote.archon'\n"
        "  export OPENAI_API_KEY=…\n"
        "  archonc run 'my plans/vote.archon' \"…\"\n"
    )
    assert "architecture vote(" in written("my plans/vote.archon")


def test_of_a_search_space_a_point_is_named_that_compiles(capsys: Capture) -> None:
    assert main(["new", "space", "--from", "paper_space"]) == 0
    words = capsys.readouterr().out.split("\n")[-2].split()
    settings = [word for before, word in pairwise(words) if before == "--set"]
    assert len(settings) == 5
    assert Compiler(settings=settings).compile_file("space.archon").plan is not None


def test_nothing_is_written_over_without_force(capsys: Capture) -> None:
    Path("mine.archon").write_text("mine", encoding="utf-8")
    assert main(["new", "mine"]) == 1
    assert capsys.readouterr() == (
        "",
        "error: mine.archon is there already; `--force` writes over it\n",
    )
    assert written() == "mine"
    assert main(["new", "mine", "--force"]) == 0
    assert "architecture mine(" in written()


def test_link_that_leads_nowhere_is_not_written_through() -> None:
    Path("mine.archon").symlink_to("elsewhere.archon")
    assert main(["new", "mine"]) == 1
    assert not Path("elsewhere.archon").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x", "--from", "best_of_m"], "the library has no `best_of_m`; did you mean `best_of_n`?"),
        (["x", "--from", "quux"], "the library has no `quux`; see `archonc new --list`"),
        ([], "name the architecture. See `archonc new --help`"),
        (["x", "--list"], "`--list` stands alone. See `archonc new --help`"),
        (["a/b"], "`a/b` is a path without `.archon`: write `a/b.archon`"),
        (["true"], "`true` is a word of the language: choose another name"),
        (["small"], "`starter` has a `small` of its own: choose another name"),
        (
            ["2nd"],
            "`2nd` is no name: letters, digits and `_`, and no digit at its beginning",
        ),
    ],
)
def test_wrong_use_is_refused(words: list[str], message: str, capsys: Capture) -> None:
    assert main(["new", *words]) == 2
    assert capsys.readouterr() == ("", f"archonc new: {message}\n")
    assert os.listdir() == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none/mine.archon", "there is no folder none"),
        ("taken.archon", "cannot write taken.archon: Is a directory"),
    ],
)
def test_what_cannot_be_written_is_said(name: str, message: str, capsys: Capture) -> None:
    Path("taken.archon").mkdir()
    assert main(["new", name, "--force"]) == 1
    assert capsys.readouterr() == ("", f"error: {message}\n")


def test_list_names_all_with_their_calls(capsys: Capture) -> None:
    assert main(["new", "--list"]) == 0
    lines = capsys.readouterr().out.split("\n")
    heads = [line for line in lines if line and not line.startswith(" ")]
    assert heads == [f"{each.name}  ({each.fields['Calls']} calls)" for each in LIBRARY.values()]


@pytest.mark.parametrize("origin", LIBRARY)
def test_any_name_is_refused_or_gives_a_right_program(origin: str) -> None:
    entry = LIBRARY[origin]
    words = {"generator", "fuser", "openai", "layer", "architecture", "model", "one_of", "first"}
    names = words | {each.name.text for each in entry.architecture.parameters}
    for name in sorted(names):
        code = main(["new", name, "--from", origin])
        assert (code == 2) == (name in entry.taken), name
        if code == 0:
            assert check_file(f"{name}.archon") == (), name
