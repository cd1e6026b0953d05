"""Requirement ids in options, checked against the known ones; an error names the nearest known one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from contract_tests.contract.requirements import load_requirements
from contract_tests.target.target import CouldNotRunError


def ids_in(said: str | None) -> frozenset[str]:
    """The ids of `--only`, none if it is not given; `CouldNotRunError` if it is empty."""
    if said is None:
        return frozenset()
    found = frozenset(id_.strip() for id_ in said.split(",") if id_.strip())
    if not found:
        raise CouldNotRunError("--only takes ids of requirements, such as AF-2,ERR-60; without it all are judged.")
    return found


def check_ids(named: Iterable[str]) -> None:
    """Refuse unknown ids, and name the nearest known ones."""
    known = [requirement.id for requirement in load_requirements()]
    unknown = sorted(set(named) - set(known))
    if not unknown:
        return
    by_fold = {id_.casefold(): id_ for id_ in known}
    near = [found for id_ in unknown for found in get_close_matches(id_.casefold(), by_fold, n=1, cutoff=0.6)]
    meant = ", ".join(dict.fromkeys(by_fold[each] for each in near))
    question = f"; did you mean {meant}?" if meant else "; see `sms-contract requirements`."
    raise CouldNotRunError(f"There is no requirement {', '.join(unknown)}{question}")
