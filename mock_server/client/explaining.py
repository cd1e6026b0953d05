"""An explanation as lines for a terminal: a pure function of what the control API answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_MARKS = {"passed": "✓", "refused": "✗", "dropped": "✗"}
_NOT_ASKED = "\N{EN DASH}"


def lines_of(explained: Mapping[str, Any]) -> list[str]:
    """The answer of `GET /_control/exchanges/<id>` as plain text, with control characters escaped."""
    sections = (
        _heading(explained),
        _paragraph(explained["advice"]),
        _rules(explained),
        _without_stub(explained["without_stub"]),
        _oddities(explained),
        _near_stubs(explained.get("stubs_nearly_matched") or ()),
        _bug(explained["bug"]),
    )
    lines: list[str] = []
    for section in sections:
        if section:
            lines += ["", *section] if lines else section
    return [harmless(line) for line in lines]


def brief_of(explained: Mapping[str, Any]) -> list[str]:
    """The short form: what was asked, the outcome, the reason, and what to do."""
    deciding = [rule for rule in explained["rules"] if rule["said"] in {"refused", "dropped"}]
    sections = (
        _heading(explained),
        [_rule(rule, 0).strip() for rule in deciding],
        _paragraph(explained["advice"]),
        _without_stub(explained["without_stub"]),
        _oddities(explained),
        _near_stubs(explained.get("stubs_nearly_matched") or ()),
        _bug(explained["bug"]),
    )
    return [harmless(line) for section in sections for line in section]


def harmless(text: str) -> str:
    """A text with control characters, line breaks and direction changes escaped."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)


def _heading(explained: Mapping[str, Any]) -> list[str]:
    asked = f"exchange {explained['id']}, {explained['at']}: {explained['method']} {explained['path']}"
    if explained["destination"]:
        asked += f" to {explained['destination']}"
    lines = [asked, _outcome(explained)]
    if explained["message_id"] is not None:
        lines.append(f"message {explained['message_id']}")
    beside = [stub for stub in explained["stubs"] if stub != explained["rule"]]
    if beside:
        lines.append(f"forced besides by: {', '.join(beside)}")
    return lines


def _outcome(explained: Mapping[str, Any]) -> str:
    said: str = explained["outcome"]
    if explained["code"] is not None:
        said += f" with code {explained['code']}"
    if explained["status"] is not None:
        said += f" (HTTP {explained['status']})"
    if explained["rule"] is not None:
        # A stub that only delays the answer or plans the delivery leaves the decision to the rules.
        decided = "forced by" if explained["without_stub"] is not None else "decided by"
        statement = "" if explained["requirement"] is None else f" ({_statement(explained)})"
        said += f", {decided}: {explained['rule']}{statement}"
    if explained["persistence"] == "transient":
        said += "; a retry can help"
    return said


def _statement(stated: Mapping[str, Any]) -> str:
    return f"{stated['requirement']}, {stated['grade']}"


def _paragraph(advice: str | None) -> list[str]:
    return [] if advice is None else [advice]


def _rules(explained: Mapping[str, Any]) -> list[str]:
    rules: list[Mapping[str, Any]] = explained["rules"]
    if not rules:
        return []
    width = max(len(rule["rule"]) for rule in rules)
    lines = ["rules asked:", *(_rule(rule, width) for rule in rules)]
    if explained["values_missing"] is not None:
        lines.append(f"  ({explained['values_missing']})")
    return lines


def _rule(rule: Mapping[str, Any], width: int) -> str:
    said = rule["said"]
    line = f"  {_MARKS.get(said, _NOT_ASKED)} {rule['rule']:{width}}"
    if said not in _MARKS:
        return f"{line}  {said}"
    found = "; ".join(each for each in (rule["saw"], rule["limit"]) if each is not None)
    return f"{line}  {found}  [{_statement(rule)}]" if found else f"{line}  [{_statement(rule)}]"


def _without_stub(natural: Mapping[str, Any] | None) -> list[str]:
    if natural is None:
        return []
    said = f"without the stub: {natural['outcome']}"
    if natural["rule"] is not None:
        code = "" if natural["code"] is None else f" with code {natural['code']}"
        said += f"{code}, decided by: {natural['rule']} ({_statement(natural)})"
    return [said]


def _oddities(explained: Mapping[str, Any]) -> list[str]:
    named = (("unknown fields, ignored", "unknown_fields"), ("keys given twice, the last counts", "duplicate_keys"))
    return [f"{title}: {', '.join(explained[member])}" for title, member in named if explained[member]]


def _near_stubs(stubs: Iterable[Mapping[str, Any]]) -> list[str]:
    lines = [f"  {stub['id']}: {stub['differs']} is {stub['saw']!r}, wanted {stub['wanted']!r}" for stub in stubs]
    return ["stubs that nearly matched:", *lines] if lines else []


def _bug(traceback: str | None) -> list[str]:
    return [] if traceback is None else traceback.splitlines()
