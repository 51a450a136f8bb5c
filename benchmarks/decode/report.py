"""Tables: what was compared, read rates, frames to the first read, CPU time, wrong reads."""

from collections.abc import Callable, Iterable
from functools import partial
from statistics import mean, median

from benchmarks.decode.clips import CONDITIONS, SYMBOLOGIES
from benchmarks.decode.latency import Wait
from benchmarks.decode.measure import ClipResult
from benchmarks.decode.samples import Tally

Results = dict[str, list[ClipResult]]


def clips_table(title: str, results: Results) -> None:
    """Contenders side by side on the same clips."""
    some = next(iter(results.values()))
    print(f"\n## {title}: {len(some)} clips, {sum(r.clip.feasible for r in some)} of feasible size")
    print(f"{'':24}" + "".join(f"{name:>16}" for name in results))
    _row("read, feasible", results, lambda rs: _share([r for r in rs if r.clip.feasible]))
    _row("read, all", results, _share)
    for symbology in SYMBOLOGIES:
        _row(f"  {symbology}, feasible", results, partial(_feasible_share, "symbology", symbology))
    for condition in CONDITIONS:
        _row(f"  {condition}, feasible", results, partial(_feasible_share, "condition", condition))
    _row("wrong texts", results, lambda rs: str(sum(len(r.wrong) for r in rs)))
    _row("CPU ms a frame, median", results, lambda rs: f"{median(_all_ms(rs)):.1f}")
    _row("CPU ms a frame, p95", results, lambda rs: f"{_percentile(_all_ms(rs), 95):.1f}")
    _first_reads(results)


def _row(label: str, results: Results, cell: Callable[[list[ClipResult]], str]) -> None:
    print(f"{label:24}" + "".join(f"{cell(rs):>16}" for rs in results.values()))


def _feasible_share(kind: str, value: str, results: list[ClipResult]) -> str:
    return _share([r for r in results if r.clip.feasible and getattr(r.clip, kind) == value])


def _share(results: list[ClipResult]) -> str:
    if not results:
        return "-"
    read = sum(r.first is not None for r in results)
    return f"{read}/{len(results)} {100 * read / len(results):3.0f}%"


def _all_ms(results: list[ClipResult]) -> list[float]:
    return [ms for result in results for ms in result.ms]


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _first_reads(results: Results) -> None:
    """Frames from the whole code in view to the first read, where both read; ours counts confirmed reads."""
    for other in (name for name in results if name != "ours"):
        for symbology in SYMBOLOGIES:
            pairs = [
                (mine.first, theirs.first)
                for mine, theirs in zip(results["ours"], results[other], strict=True)
                if mine.clip.symbology == symbology and mine.first is not None and theirs.first is not None
            ]
            if pairs:
                ours, others = [a for a, _ in pairs], [b for _, b in pairs]
                print(
                    f"frames to first read, {symbology}, {len(pairs)} clips both read: ours mean {mean(ours):.1f} "
                    f"median {median(ours):g}, {other} mean {mean(others):.1f} median {median(others):g}"
                )


def empty_table(rows: list[tuple[str, dict[str, float]]]) -> None:
    """Cost of frames with nobody there."""
    print("\n## Empty 1080p frames, mean CPU ms a frame once settled (heartbeats included)")
    for scene, costs in rows:
        ratios = ", ".join(f"1/{cost / costs['ours']:.0f} of {name}" for name, cost in costs.items() if name != "ours")
        print(f"{scene:20}" + "".join(f"{name} {cost:.2f}  " for name, cost in costs.items()) + f"-> ours is {ratios}")


def samples_table(title: str, sets: Iterable[tuple[str, int, dict[str, Tally]]], *, rotated: bool) -> int:
    """Each engine on each set; how many pictures ours read wrongly."""
    print(f"\n## {title}: read upright{' / turned by 90, 180, 270' if rotated else ''} (wrong), median CPU ms")
    wrong = 0
    for name, count, tallies in sets:
        if not count:
            continue
        cells = []
        for engine, tally in tallies.items():
            turned = f" / {tally.rotated} of {3 * count}" if rotated else ""
            cells.append(f"{engine}: {tally.upright}{turned} ({tally.wrong}) {median(tally.ms or [0]):.1f}")
        print(f"{name:14} {count:4}   " + "   ".join(cells), flush=True)
        wrong += tallies["ours"].wrong
        for text in tallies["ours"].wrongs:
            print(f"    WRONG {text}")
    return wrong


def latency_table(how: str, waits: list[Wait], lost: int, load: float) -> None:
    """Code in view to verdict, in milliseconds; `how` they were measured."""
    print(f"\n## Code in view to verdict, {how}, {len(waits)} guests, {lost} without a verdict, load {load:.1f}")
    print("(from the first frame with the whole code in it; own: from the first frame that anybody can read)")
    for condition in (*CONDITIONS, ""):
        chosen = [wait for wait in waits if condition in ("", wait.clip.condition)]
        if chosen:
            seen = [wait.in_view for wait in chosen if wait.in_view is not None]
            print(f"{condition or 'all':10} {len(chosen):4}   {_waited(seen)}", end="")
            print(f"   own {_waited([wait.readable for wait in chosen])}")


def _waited(values: list[float]) -> str:
    if not values:
        return "never whole in the picture"
    return " / ".join(f"p{percent} {_percentile(values, percent):.0f}" for percent in (50, 95, 99)) + " ms"
