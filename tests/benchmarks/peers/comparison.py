"""The table that sets the peers beside the lookup."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from tests.benchmarks.lookup_question import Question
from tests.benchmarks.peers.alone import Answers
from tests.benchmarks.report import percentile, say_heading, say_row

GROUPS = {
    "exact": ("exact",),
    "substring": ("substring",),
    "pinyin": ("full_pinyin", "prefix_pinyin", "partial_pinyin", "other_reading"),
    "initials": ("initials", "other_reading_initials"),
    "mixed": ("mixed",),
    "accent, homophone": ("accent", "homophone"),
    "slips": (
        "wrong_letter",
        "missing_letter",
        "swapped_letters",
        "doubled_letter",
        "wrong_character",
        "missing_character",
        "swapped_characters",
        "doubled_character",
        "similar_shape",
    ),
    "written otherwise": ("traditional", "full_width", "stray_punctuation", "office_word", "upper_case_letters"),
}
"""The categories of questions whose answer is a name."""


@dataclass(frozen=True)
class Outcome:
    """One peer's figures.

    Attributes:
        label: What the table calls it.
        build_s: From the list of names to the first query.
        asked: The questions that it was asked.
        answers: In their order.
    """

    label: str
    build_s: float
    asked: list[Question]
    answers: Answers

    def hit(self, categories: Collection[str] | None = None) -> float:
        """The share of questions with a right name among the answer, 0 to 1; of some categories or of all."""
        found = [
            not question.meant.isdisjoint(names)
            for question, names in zip(self.asked, self.answers.names, strict=True)
            if categories is None or question.category in categories
        ]
        return sum(found) / len(found) if found else 0.0

    def ms(self, share: float) -> float:
        """The time below which `share` of its queries were answered."""
        return percentile(sorted(self.answers.times_ms), share)

    def only(self, asked: list[Question]) -> "Outcome":
        """The same as if it had been asked these of its questions alone."""
        wanted = set(asked)
        kept = [place for place, question in enumerate(self.asked) if question in wanted]
        names = [self.answers.names[place] for place in kept]
        times_ms = [self.answers.times_ms[place] for place in kept]
        answers = replace(self.answers, names=names, times_ms=times_ms)
        return replace(self, asked=[self.asked[place] for place in kept], answers=answers)


def print_quality(ours: Outcome, peers: list[Outcome]) -> None:
    """Prints hit@10 of all questions and by group."""
    say_heading("hit@10", "questions", "all", *GROUPS)
    for outcome in (ours, *peers):
        by_group = (f"{outcome.hit(categories):.3f}" for categories in GROUPS.values())
        say_row(outcome.label, len(outcome.asked), f"{outcome.hit():.3f}", *by_group)


def print_costs(ours: Outcome, peers: list[Outcome]) -> None:
    """Prints times, memory and building, and ratios to what the lookup did with a peer's own questions."""
    say_heading("costs", "p50 ms", "p99 ms", "RSS MB", "build s", "p50 : ours", "p99 : ours", "hit@10 : ours")
    for outcome in (ours, *peers):
        same = ours.only(outcome.asked)
        ratios = (outcome.ms(0.5) / same.ms(0.5), outcome.ms(0.99) / same.ms(0.99), outcome.hit() / same.hit())
        say_row(
            outcome.label,
            f"{outcome.ms(0.5):.2f}",
            f"{outcome.ms(0.99):.2f}",
            f"{outcome.answers.peak_kb / 1024:.0f}",
            f"{outcome.build_s:.1f}",
            *(f"{ratio:.2f}" for ratio in ratios),
        )
