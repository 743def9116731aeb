"""Imports: names through an alias, each file once, and no way out of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from archonc.compiler import Compilation, Compiler, check_file, compile_file
from archonc.diagnostic import Diagnostic, render_text

MODELS = 'archon 1\nmodel writer = simulated("writer", max_tokens: 100)\n'
CHECK = "def good(question, candidate):\n    return True\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pyproject.toml").touch()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.archon"


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [each.code for each in found]


def compiled(path: Path) -> Compilation:
    compilation = compile_file(path)
    assert codes(compilation.diagnostics) == []
    assert compilation.plan is not None
    return compilation


def test_names_of_an_imported_file_have_its_alias(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "lib/models.archon": MODELS + 'prompt short { user: "{{query}}, in short" }\n',
            "main.archon": 'archon 1\nimport "lib/models.archon" as lib\n'
            "architecture one { layer generator(lib.writer, prompt: lib.short) }\n",
        },
    )
    plan = compiled(main).plan
    assert plan is not None
    assert list(plan.models) == ["lib.writer"]
    assert list(plan.prompts) == ["lib.short"]


def test_same_name_in_two_files_stays_two_models(tmp_path: Path) -> None:
    other = MODELS.replace('"writer"', '"other"')
    main = write(
        tmp_path,
        {
            "a.archon": MODELS,
            "b.archon": other,
            "main.archon": 'archon 1\nimport "a.archon" as a\nimport "b.archon" as b\n'
            "architecture one {\n  layer generator([a.writer, b.writer])\n  answer: first\n}\n",
        },
    )
    plan = compiled(main).plan
    assert plan is not None
    assert {name: model.model for name, model in plan.models.items()} == {
        "a.writer": "writer",
        "b.writer": "other",
    }


def test_what_an_import_imports_stays_its_own(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "inner.archon": MODELS,
            "lib.archon": 'archon 1\nimport "inner.archon" as inner\n'
            "architecture draft { layer generator(inner.writer) }\n",
            "main.archon": 'archon 1\nimport "lib.archon" as lib\n'
            "architecture one { layer lib.draft() }\n",
        },
    )
    assert check_file(main) == ()
    text = main.read_text().replace("lib.draft()", "generator(lib.inner.writer)")
    main.write_text(text)
    assert codes(check_file(main)) == ["A0201"]


def test_file_that_two_import_is_loaded_once(tmp_path: Path) -> None:
    files = {"base.archon": MODELS + "model broken = simulated(1)\n"}
    for name in ("a", "b"):
        files[f"{name}.archon"] = (
            'archon 1\nimport "base.archon" as base\n'
            "architecture draft { layer generator(base.writer) }\n"
        )
    files["main.archon"] = (
        'archon 1\nimport "a.archon" as a\nimport "b.archon" as b\n'
        "architecture one {\n  layer both { a.draft(), b.draft() }\n  answer: first\n}\n"
    )
    # The mistake in the shared file is reported once.
    assert codes(check_file(write(tmp_path, files))) == ["A0311"]


def test_circle_is_shown_file_by_file(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "a.archon": 'archon 1\nimport "b.archon" as b\n',
            "b.archon": 'archon 1\nimport "a.archon" as a\n',
            "main.archon": 'archon 1\nimport "a.archon" as a\n' + MODELS[9:] + "\n"
            "architecture one { layer generator(writer) }\n",
        },
    )
    (found,) = check_file(main)
    assert (found.code, Path(found.source.name).name) == ("A0214", "b.archon")
    assert "`a.archon` → `b.archon` → `a.archon`" in found.message


def test_file_that_imports_the_main_file_closes_a_circle(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "a.archon": 'archon 1\nimport "main.archon" as main\n',
            "main.archon": 'archon 1\nimport "a.archon" as a\n' + MODELS[9:] + "\n"
            "architecture one { layer generator(writer) }\n",
        },
    )
    assert codes(check_file(main)) == ["A0214"]


@pytest.mark.parametrize("path", ["../models.archon", "/models.archon", "lib/../../models.archon"])
def test_way_out_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "models.archon").write_text(MODELS)
    project = tmp_path / "project"
    text = f'archon 1\nimport "{path}" as lib\narchitecture one {{ layer generator(lib.writer) }}\n'
    main = write(project, {"main.archon": text})
    assert codes(check_file(main)) == ["A0215"]
    if not path.startswith("/"):
        assert Compiler(root=tmp_path).check_file(main) == ()


def test_link_out_of_the_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "models.archon").write_text(MODELS)
    project = tmp_path / "project"
    text = (
        'archon 1\nimport "link.archon" as lib\narchitecture one { layer generator(lib.writer) }\n'
    )
    main = write(project, {"main.archon": text})
    (project / "link.archon").symlink_to(tmp_path / "models.archon")
    assert codes(check_file(main)) == ["A0215"]


def test_chain_of_a_hundred_imports_is_read_and_a_longer_one_refused(tmp_path: Path) -> None:
    files = {f"f{n}.archon": f'archon 1\nimport "f{n + 1}.archon" as _up\n' for n in range(103)}
    files["f99.archon"] = MODELS
    files["main.archon"] = (
        'archon 1\nimport "f0.archon" as _up\n' + MODELS[9:] + "\n"
        "architecture one { layer generator(writer) }\n"
    )
    main = write(tmp_path, files)
    assert check_file(main) == ()
    (tmp_path / "f99.archon").write_text('archon 1\nimport "f100.archon" as up\n')
    (found,) = check_file(main)
    assert found.code == "A0009"


def test_mistake_in_an_imported_file_is_shown_there(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "lib/models.archon": MODELS + "model second = simulated(\n",
            "main.archon": 'archon 1\nimport "lib/models.archon" as lib\n'
            "architecture one {\n  layer generator([lib.writer, lib.second, lib.third])\n"
            "  answer: first\n}\n",
        },
    )
    found = check_file(main)
    assert [(each.code, Path(each.source.name).name) for each in found] == [
        ("A0201", "main.archon"),
        ("A0102", "models.archon"),
    ]
    assert "lib/models.archon:3:25" in render_text(found[1])


def test_checks_of_an_imported_file_lie_beside_it(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        {
            "lib/checks.py": CHECK,
            "lib/checked.archon": MODELS + "architecture checked {\n  layer generator(writer)\n"
            '  layer checker(python("checks.py:good"))\n}\n',
            "app/main.archon": 'archon 1\nimport "../lib/checked.archon" as lib\n'
            "architecture one { layer lib.checked() }\n",
        },
    )
    plan = compiled(main.parent / "app" / "main.archon").plan
    assert plan is not None
    assert list(plan.files) == ["__up__/lib/checks.py"]


def test_program_in_no_folder_imports_nothing() -> None:
    from archonc import Source, check_source

    text = 'archon 1\nimport "lib.archon" as lib\narchitecture one { layer generator(lib.m) }\n'
    assert codes(check_source(Source("text", text))) == ["A0213"]


@pytest.mark.parametrize(
    ("path", "guess"), [("models", "models.archon"), ("modls.archon", "models.archon")]
)
def test_path_that_is_nearly_right_is_guessed(tmp_path: Path, path: str, guess: str) -> None:
    text = f'archon 1\nimport "{path}" as lib\narchitecture one {{ layer generator(lib.writer) }}\n'
    main = write(tmp_path, {"models.archon": MODELS, "big.archon": MODELS, "main.archon": text})
    (found,) = check_file(main)
    assert found.helps == (f"did you mean `{guess}`?",)


def test_file_that_is_nothing_like_the_path_is_not_guessed(tmp_path: Path) -> None:
    text = 'archon 1\nimport "missing.archon" as lib\narchitecture one { layer generator(lib.a) }\n'
    (found,) = check_file(write(tmp_path, {"big.archon": MODELS, "main.archon": text}))
    assert "did you mean" not in found.helps[0]
