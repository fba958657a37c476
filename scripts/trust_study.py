"""Simulate acceptances with a guarantee: the tables of `docs/trust.md`.

    python scripts/trust_study.py

It takes a few minutes and needs no photos. Every table has its seed.
"""

from __future__ import annotations

from dataclasses import replace

import click

from labeltool.trust.sequential_test import clean_faces_needed
from labeltool.trust.study.bounds import fixed_sample
from labeltool.trust.study.simulation import Batch, Summary, simulate, simulate_fixed


def row(name: str, found: Summary) -> str:
    return (
        f"| {name} | {found.accepted * 100:.1f} % | {found.broken * 100:.1f} % "
        f"| {found.mean:.0f} | {found.median:.0f} |"
    )


HEAD = (
    "| batches | accepted | guarantee broken | faces looked at, mean | median |\n"
    "|---|---|---|---|---|"
)


@click.command()
@click.option("--batches", default=1000, show_default=True, help="Simulated batches of each row.")
@click.option("--seed", default=16, show_default=True)
def main(batches: int, seed: int) -> None:
    """Print the tables."""
    just_bad = 101 / 2000  # one more than 5 % of 2,000
    print("Just too many wrong faces (101 of 2,000), watched after every face\n")
    print(HEAD)
    perfect = Batch(share=just_bad)
    print(row("perfect reviewer, at most 300 faces", simulate(perfect, batches, seed)))
    blind = replace(perfect, detection=2 / 3, measured=True)
    print(row("reviewer who misses a third, measured", simulate(blind, batches, seed)))
    trusted = replace(blind, measured=False)
    print(row("the same, not measured", simulate(trusted, batches, seed)))
    nested = replace(perfect, shares=(0.5, 0.75, 0.9, 1.0), sorted_by=1.0)
    print(row("four nested sets, a useful order", simulate(nested, batches, seed)))
    print(row("fixed sample, none wrong", simulate_fixed(perfect, batches, seed)))
    print("\nGood and bad batches of 2,000 faces, perfect reviewer, at most 300 faces\n")
    print(HEAD)
    for share in (0.0, 0.01, 0.02, 0.05):
        each = Batch(share=share)
        print(row(f"{share * 100:g} % wrong, sequential", simulate(each, batches, seed)))
        print(row(f"{share * 100:g} % wrong, fixed sample", simulate_fixed(each, batches, seed)))
    print("\nThe same with planted faces, which are counted as looked at\n")
    print(HEAD)
    for share in (0.0, 0.01, 0.02):
        each = Batch(share=share, measured=True)
        print(row(f"{share * 100:g} % wrong, finds all", simulate(each, batches, seed)))
    each = Batch(share=0.0, measured=True, detection=2 / 3)
    print(row("0 % wrong, misses a third", simulate(each, batches, seed)))
    print(
        "\nClean faces that do\n\n| faces of the set | sequential | fixed sample |\n|---|---|---|"
    )
    for size in (50, 200, 1000, 10_000, 200_000):
        clean = clean_faces_needed([], size, 0.05, 1.0, 0.95)
        print(f"| {size:,} | {clean} | {fixed_sample(0.05, 0.95, size=size)} |")


if __name__ == "__main__":
    main()
