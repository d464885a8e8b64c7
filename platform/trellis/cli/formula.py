"""`trellis formula`: formulas checked, formatted, explained and said in words, against the model of a tenant."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from trellis.cli.console import JSON_OPTION, REFUSED, UsedWrongly, print_json, print_table

if TYPE_CHECKING:
    from metamodel.model import Model
    from trellis.formulas.check import Verdict
    from trellis.formulas.explaining import Explained
    from trellis.formulas.question import Question
    from trellis.runtime import Runtime

FORMULA = typer.Argument(None, help="The formula; - for standard input.")
FILE = typer.Option(None, "--file", "-f", help="Read the formula from a file.")
TENANT = typer.Option(..., "--tenant", "-t", help="The tenant's name.")
OBJECT = typer.Option(..., "--object", "-o", help="The object whose records the formula is over.")
SYNTAX = typer.Option("trellis", "--syntax", help="trellis, or salesforce for a formula that keeps those rules.")
RETURNS = typer.Option(None, "--returns", help="What it must give: text, number, currency, percent, checkbox, date ...")
ZERO = typer.Option(False, "--blank-as-zero", help="A blank number field reads as 0.")
LOGIN = typer.Option(None, "--as", help="The user who acts; the first administrator when not given.")
STANDARD_INPUT = "-"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Check, format and explain formulas.", no_args_is_help=True)
    group.command("check")(check)
    group.command("format")(format_text)
    group.command("explain")(explain)
    group.command("sentence")(sentence)
    group.command("functions")(functions)
    group.command("rename")(rename)
    app.add_typer(group, name="formula")


def check(
    formula: str | None = FORMULA,
    file: Path | None = FILE,
    tenant: str = TENANT,
    object_name: str = OBJECT,
    returns: str | None = RETURNS,
    syntax: str = SYNTAX,
    blank_as_zero: bool = ZERO,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Say what a formula gives and reads, and everything that is wrong with it; 1 when something is."""
    from trellis.formulas.json_form import verdict_json

    question = _question(object_name, _source(formula, file), syntax, returns, blank_as_zero=blank_as_zero)
    verdict, model = _judge(tenant, login, question)
    if as_json:
        print_json(verdict_json(verdict, model))
    else:
        _print_verdict(verdict)
    if not verdict.is_valid:
        raise typer.Exit(REFUSED)


def format_text(formula: str | None = FORMULA, file: Path | None = FILE, as_json: bool = JSON_OPTION) -> None:
    """Print a formula in its canonical form. Needs no tenant."""
    import asyncio

    from trellis.formulas.service import format_source

    text = asyncio.run(format_source(_source(formula, file)))
    if as_json:
        print_json({"formula": text})
    else:
        typer.echo(text)


def explain(
    formula: str | None = FORMULA,
    file: Path | None = FILE,
    tenant: str = TENANT,
    object_name: str = OBJECT,
    field: str | None = typer.Option(None, "--field", help="A formula field of the object, instead of a formula."),
    record: str | None = typer.Option(None, "--record", help="The id of the record to evaluate on."),
    values: str | None = typer.Option(None, "--values", help="""JSON values instead, such as '{"amount": 5}'."""),
    syntax: str = SYNTAX,
    blank_as_zero: bool = ZERO,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Show what every part of a formula gives on a record, or on given values."""
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime
    from trellis.formulas.json_form import explained_json

    on = _sample(record, values)
    if (field is None) is (formula is None and file is None):
        raise UsedWrongly("Give either a formula, or with --field the formula field that is meant.")
    question = None
    if field is None:
        question = _question(object_name, _source(formula, file), syntax, None, blank_as_zero=blank_as_zero)

    async def work(runtime: Runtime) -> Explained:
        home = await runtime.tenant(tenant)
        actor, formulas = await acting(home, login), runtime.formulas(home)
        if question is None:
            return await formulas.explain_field(actor, object_name, field or "", on)
        return await formulas.explain(actor, question, on)

    explained = run_with_runtime(work)
    if as_json:
        print_json(explained_json(explained))
    else:
        typer.echo(explained.explanation.to_text())


def sentence(
    formula: str | None = FORMULA,
    file: Path | None = FILE,
    tenant: str = TENANT,
    object_name: str = OBJECT,
    language: str = typer.Option("en", "--language", help="en or zh-Hans."),
    syntax: str = SYNTAX,
    login: str | None = LOGIN,
    as_json: bool = JSON_OPTION,
) -> None:
    """Say a formula in words."""
    from trellis.formulas.words import LANGUAGES, ModelTexts, say

    if language not in LANGUAGES:
        raise UsedWrongly(f"--language {language} is not known; {' or '.join(LANGUAGES)}.")
    question = _question(object_name, _source(formula, file), syntax, None, blank_as_zero=False)
    verdict, model = _judge(tenant, login, question)
    if verdict.checked is None:
        _print_verdict(verdict)
        raise typer.Exit(REFUSED)
    text = say(model, object_name, verdict.checked, ModelTexts(model, language))
    if as_json:
        print_json({"language": language, "sentence": text})
    else:
        typer.echo(text)


def functions(
    name: str | None = typer.Argument(None, help="One function; all of them when not given."),
    language: str = typer.Option("en", "--language", help="en or zh-Hans."),
    as_json: bool = JSON_OPTION,
) -> None:
    """List the functions of formulas. Needs no tenant."""
    from rule_engine.diagnosis import did_you_mean
    from trellis.formulas.functions import list_functions
    from trellis.formulas.json_form import function_json

    listed = list_functions(language)
    found = [one for one in listed if name is None or one.name == name.upper()]
    if not found:
        hint = did_you_mean(name or "", [one.name for one in listed])
        raise UsedWrongly(" ".join(filter(None, (f"There is no function {name}.", hint))))
    if as_json:
        print_json([function_json(one) for one in found])
    else:
        print_table(("function", "what it gives"), [(one.signature, one.summary) for one in found])


def rename(
    folder: Path = typer.Argument(help="The tenant's own metadata, as `trellis pull` wrote it, or a package's folder."),
    tenant: str = TENANT,
    object_name: str = OBJECT,
    field: str = typer.Option(..., "--field", help="The field, as it is called in the tenant now."),
    new_name: str = typer.Option(..., "--to", help="How it is going to be called."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Write nothing; say which files would change."),
    as_json: bool = JSON_OPTION,
) -> None:
    """Let the formulas and rules in a folder follow the renaming of a field. The field itself, with renamed_from, layouts and columns
    are left to you."""
    from trellis.cli.running import run_with_runtime
    from trellis.formulas.renaming.files import rename_in_files
    from trellis.packaging.folder import load_folder, write_folder

    async def work(runtime: Runtime) -> Model:
        return (await (await runtime.tenant(tenant)).refresh()).model

    changed = rename_in_files(load_folder(folder), run_with_runtime(work), object_name, field, new_name)
    if not dry_run:
        write_folder(folder, changed)
    if as_json:
        print_json({"changed": sorted(changed), "written": not dry_run})
        return
    for path in sorted(changed):
        typer.echo(f"{path}: {'would change' if dry_run else 'changed'}")
    if not changed:
        typer.echo(f"No formula and no rule mentions {object_name}.{field}.")


def _judge(tenant: str, login: str | None, question: Question) -> tuple[Verdict, Model]:
    from trellis.cli.acting import acting
    from trellis.cli.running import run_with_runtime

    async def work(runtime: Runtime) -> tuple[Verdict, Model]:
        home = await runtime.tenant(tenant)
        verdict = await runtime.formulas(home).check(await acting(home, login), question)
        return verdict, (await home.compiled()).model

    return run_with_runtime(work)


def _question(object_name: str, source: str, syntax: str, returns: str | None, *, blank_as_zero: bool) -> Question:
    from trellis.formulas.question import build_question

    return build_question(object_name, source, mode=syntax, returns=returns, blank_as_zero=blank_as_zero)


def _source(formula: str | None, file: Path | None) -> str:
    """The text, without the line break that ends a file."""
    if (formula is None) is (file is None):
        raise UsedWrongly("Give a formula, - to read it from standard input, or --file.")
    if file is not None:
        try:
            return file.read_text("utf-8").removesuffix("\n")
        except UnicodeDecodeError as error:
            raise UsedWrongly(f"{file} is not UTF-8 text (byte {error.start})") from error
    return sys.stdin.read().removesuffix("\n") if formula == STANDARD_INPUT else formula or ""


def _sample(record: str | None, values: str | None) -> str | Mapping[str, Any]:
    import orjson

    if (record is None) is (values is None):
        raise UsedWrongly("Give either --record, the id of a record, or --values.")
    if record is not None:
        return record
    try:
        found = orjson.loads(values or "")
    except orjson.JSONDecodeError as error:
        raise UsedWrongly(f"--values is not JSON: {error.msg}.") from error
    if not isinstance(found, dict):
        raise UsedWrongly("""--values must be a JSON object, such as '{"amount": 5}'.""")
    return found


def _print_verdict(verdict: Verdict) -> None:
    """What is wrong goes to standard error, line by line with a caret."""
    source = verdict.question.source
    for one in verdict.errors:
        typer.echo(one.render(source), err=True)
    for one in verdict.warnings:
        typer.echo(f"warning: {one.render(source)}", err=True)
    checked = verdict.checked
    if checked is None:
        return
    from trellis.formulas.check import type_name

    typer.echo(f"gives: {type_name(checked)}")
    reads = [".".join(one.path) for one in checked.references] + [f"$User.{name}" for name in checked.user_fields]
    typer.echo(f"reads: {', '.join(reads) or 'nothing'}")
    for target in verdict.targets:
        if target.reason:
            typer.echo(f"not on {target.target}: {target.reason}")
