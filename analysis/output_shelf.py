"""Outputs that were made, kept as long as the data they show stand: what a page shows and what its files hold is one making."""

from __future__ import annotations

from collections.abc import Callable

from analysis.issued import Issued, in_order, issue
from analysis.output import Output
from analysis.results import cut_of
from analysis.table import Translate
from trial.errors import NotFound
from trial.store.extract import Extract


class Shelf:
    """One place for open outputs, another for closed ones. `listed` gives them when they are first asked for: they load slowly."""

    def __init__(self, listed: Callable[[], tuple[Output, ...]], *, closed: bool) -> None:
        self._listed, self.closed = listed, closed
        # State and what was made of it are one value: readers of two states may ask at once.
        self._kept: tuple[tuple[object, ...], dict[tuple[str, str], Issued]] = ((), {})

    @property
    def outputs(self) -> tuple[Output, ...]:
        """In the order of a report."""
        return in_order(self._listed())

    def output(self, name: str) -> Output:
        """Raises NotFound."""
        found = next((output for output in self._listed() if output.id == name), None)
        if found is None:
            raise NotFound("output", {"id": name})
        return found

    def issued(
        self,
        name: str,
        extract: Extract,
        *,
        tr: Translate = str,
        language: str = "en",
        reach: frozenset[str] | None = None,
    ) -> Issued:
        """The output of these data in that language, made once. `reach`: sites of the reader, since a locked cut is one for everybody.

        Raises NotFound.
        """
        output = self.output(name)
        calls = getattr(extract, "calls", None)
        state = (cut_of(extract), calls and calls.digest, reach, tuple(cut_of(each) for each in extract.before))
        of, made = self._kept
        if state != of:
            made = {}
            self._kept = state, made
        if (name, language) not in made:
            made[name, language] = issue(output, extract, closed=self.closed, tr=tr)
        return made[name, language]

    def every(
        self, extract: Extract, *, tr: Translate = str, language: str = "en", reach: frozenset[str] | None = None
    ) -> list[Issued]:
        """All of them, in the order of a report."""
        return [self.issued(each.id, extract, tr=tr, language=language, reach=reach) for each in self.outputs]
