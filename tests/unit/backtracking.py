"""How a backtracking engine fares with a pattern: by the structure of its automaton, and by the clock."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]
_compiler: Any = re._compiler  # type: ignore[attr-defined]
_c: Any = re._constants  # type: ignore[attr-defined]
_SAMPLES = "".join(map(chr, range(128))) + "é１あ\u3000\u00a0、。"
_LOOPS = {_c.MAX_REPEAT, _c.MIN_REPEAT, _c.POSSESSIVE_REPEAT}
_ONE_CHARACTER = {_c.LITERAL, _c.NOT_LITERAL, _c.ANY, _c.IN, _c.CATEGORY}
_START, _END, _PERHAPS, _WORD_EDGE, _NO_WORD_EDGE = "start", "end", "perhaps", "edge", "no edge"
BOUNDED_MOST = 1024
"""A repeat that is allowed more often than this counts as one without an end."""
RESTART = 0
"""The place in which a search has not begun to match: it may stay there at every character."""

Guard = tuple[Any, ...]
"""What must hold between two characters."""
Ways = Counter[tuple[int, Guard]]


@dataclass
class Automaton:
    """The places of a pattern that eat a character, and the ways between them with their number (Glushkov)."""

    classes: list[frozenset[str]] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    """Places of a repeat that never gives a character back."""
    follow: dict[int, Ways] = field(default_factory=dict)
    safe: set[int] = field(default_factory=set)
    """Places after which nothing more is needed: whoever comes here has matched."""
    final: bool = True
    """Whether a match is the end of the work."""


def automaton(pattern: str, flags: int, method: str) -> Automaton:
    """The places of `pattern` as `method` of a compiled pattern goes through them."""
    tree = _parser.parse(pattern, flags)
    built = _Builder(tree.state.flags | flags)
    empty, first, last = built.sequence(tree)
    made = built.made
    if method not in ("match", "fullmatch"):
        for (place, guard), ways in first.items():
            made.follow[RESTART][place, guard] += ways
        made.follow[RESTART][RESTART, ()] = 1
        if () in empty:
            made.safe.add(RESTART)
    ends = {place for place, guard in last if guard == ()}
    made.safe |= ends if method != "fullmatch" else _going_on(made, ends)
    made.final = method in ("match", "fullmatch", "search")
    return made


def _going_on(made: Automaton, ends: set[int]) -> set[int]:
    """Of the places where a text may end, those from which any text leads to such a place again, as `.*` does."""
    kept = set(ends)
    while True:
        going: set[int] = set()
        for place in kept:
            read = [made.classes[then] for then, guard in made.follow[place] if guard == () and then in kept]
            if frozenset().union(*read) >= frozenset(_SAMPLES):
                going.add(place)
        if going == kept:
            return going
        kept = going


class _Builder:
    def __init__(self, flags: int) -> None:
        self.flags = flags
        self.made = Automaton([frozenset(_SAMPLES)], set(), {RESTART: Counter()}, set())

    def sequence(self, items: Any) -> tuple[Counter[Guard], Ways, Ways]:
        """The guards under which `items` match nothing, where they begin, and where they end."""
        empty, first, last = Counter({(): 1}), Counter(), Counter()
        for item in items:
            its_empty, its_first, its_last = self._item(*item)
            for (place, after), (begun, before) in product(last, its_first):
                self.made.follow[place][begun, (*after, *before)] += last[place, after] * its_first[begun, before]
            grown: Ways = Counter(first)
            for guard, (place, before) in product(empty, its_first):
                grown[place, (*guard, *before)] += empty[guard] * its_first[place, before]
            first = grown
            ended: Ways = Counter(its_last)
            for guard, (place, after) in product(its_empty, last):
                ended[place, (*after, *guard)] += its_empty[guard] * last[place, after]
            last = ended
            joined: Counter[Guard] = Counter()
            for one, other in product(empty, its_empty):
                joined[*one, *other] = 1
            empty = joined
        return empty, first, last

    def _item(self, kind: Any, value: Any) -> tuple[Counter[Guard], Ways, Ways]:
        if kind in _ONE_CHARACTER:
            return self._place(kind, value)
        if kind in _LOOPS:
            return self._loop(kind, *value)
        if kind is _c.BRANCH:
            parts = [self.sequence(branch) for branch in value[1]]
            return tuple(sum((part[i] for part in parts), Counter()) for i in range(3))  # type: ignore[return-value]
        if kind in (_c.SUBPATTERN, _c.ATOMIC_GROUP):
            return self._group(*value) if kind is _c.SUBPATTERN else self.sequence(value)
        if kind is _c.AT:
            return Counter({self._edge(value): 1}), Counter(), Counter()
        if kind in (_c.ASSERT, _c.ASSERT_NOT):
            return self._look(kind, *value)
        raise TypeError(f"{kind} in a pattern")

    def _group(self, _name: object, added: int, removed: int, inner: Any) -> tuple[Counter[Guard], Ways, Ways]:
        before, self.flags = self.flags, (self.flags | added) & ~removed
        found = self.sequence(inner)
        self.flags = before
        return found

    def _place(self, kind: Any, value: Any) -> tuple[Counter[Guard], Ways, Ways]:
        place = len(self.made.classes)
        self.made.classes.append(self._class(kind, value))
        self.made.follow[place] = Counter()
        return Counter(), Counter({(place, ()): 1}), Counter({(place, ()): 1})

    def _class(self, kind: Any, value: Any) -> frozenset[str]:
        state = _parser.State()
        state.flags, state.str = self.flags, ""
        one = _compiler.compile(_parser.SubPattern(state, [(kind, value)]), self.flags)
        return frozenset(char for char in _SAMPLES if one.fullmatch(char))

    def _loop(self, kind: Any, least: int, most: Any, inner: Any) -> tuple[Counter[Guard], Ways, Ways]:
        unbounded = most is _c.MAXREPEAT or most > BOUNDED_MOST
        begun = len(self.made.classes)
        # A bounded repeat is no loop: twice as many inputs never cost more than twice. Two copies stand for it.
        copies = [(_c.SUBPATTERN, (None, 0, 0, inner))] * (1 if unbounded else min(2, most))
        empty, first, last = Counter({(): 1}), Counter(), Counter()
        if unbounded:
            empty, first, last = self.sequence(inner)
            for (place, after), (again, before) in product(last, first):
                self.made.follow[place][again, (*after, *before)] += last[place, after] * first[again, before]
            if least == 0:
                empty = empty + Counter({(): 1}) if () not in empty else empty
            if least > 1:
                its_empty, its_first, its_last = empty, first, last
                empty, first, last = self.sequence([(_c.SUBPATTERN, (None, 0, 0, inner))])
                for (place, after), (again, before) in product(last, its_first):
                    self.made.follow[place][again, (*after, *before)] += 1
                last = its_last + (last if its_empty else Counter())
        elif copies:
            needed = copies[: min(least, len(copies))]
            empty, first, last = self.sequence(needed)
            before_it = last  # the next copy stands inside of the one before: `x(?:x)?`, never `x?x?`
            for number, copy in enumerate(copies[len(needed) :]):
                its_empty, its_first, its_last = self.sequence([copy])
                for (place, after), (again, before) in product(before_it, its_first):
                    self.made.follow[place][again, (*after, *before)] += 1
                first = first + its_first if empty and (number == 0 or its_empty) else first
                last, before_it = last + its_last, its_last
                empty = empty if needed else Counter({(): 1})
        if kind is _c.POSSESSIVE_REPEAT and all(item[0] in _ONE_CHARACTER for item in inner) and len(inner) == 1:
            self.made.held |= set(range(begun, len(self.made.classes)))
        return Counter(dict.fromkeys(empty, 1)), first, last

    def _look(self, kind: Any, direction: int, inner: Any) -> tuple[Counter[Guard], Ways, Ways]:
        if direction > 0:
            _empty, first, _last = self.sequence(inner)  # it reads on from here, and is left again
            return Counter({(_PERHAPS,): 1}), first, Counter()
        if len(inner) == 1 and inner[0][0] in _ONE_CHARACTER:
            before = self._class(*inner[0])
            allowed = before if kind is _c.ASSERT else frozenset(_SAMPLES) - before
            return Counter({(allowed,): 1}), Counter(), Counter()
        return Counter({(_PERHAPS,): 1}), Counter(), Counter()

    def _edge(self, where: Any) -> Guard:
        if where in (_c.AT_BEGINNING, _c.AT_BEGINNING_STRING):
            several_lines = where is _c.AT_BEGINNING and self.flags & re.MULTILINE
            return (frozenset("\n"),) if several_lines else (_START,)
        return {_c.AT_BOUNDARY: (_WORD_EDGE,), _c.AT_NON_BOUNDARY: (_NO_WORD_EDGE,)}.get(where, (_END,))


# --- the judgement by structure -----------------------------------------------------------------------------------


def worse_than_linear(pattern: str, flags: int, method: str) -> str:
    """`exponential` or `polynomial` with the text that is to be repeated, or empty when neither can come about."""
    made = automaton(pattern, flags, method)
    letters = _letters(made)
    steps = _steps(made, letters)
    circles = _circles(made)
    for place in made.follow:
        if place not in made.safe and (text := _two_ways_round(place, steps, circles, letters, made)):
            return f"exponential, repeating {text!r}"
    loops = [place for place in made.follow if place in circles[place] and place not in made.safe]
    for one, other in product(loops, loops):
        both = [letter for letter in letters if letter in made.classes[one] & made.classes[other]]
        if one != other and one not in made.held and (text := _two_loops(one, other, steps, circles, both)):
            return f"polynomial, repeating {text!r}"
    return ""


def _letters(made: Automaton) -> list[str]:
    """One character for each kind that the pattern distinguishes."""
    sets = list(dict.fromkeys(made.classes))
    sets += [one for ways in made.follow.values() for _, guard in ways for one in guard if isinstance(one, frozenset)]
    kinds: dict[tuple[bool, ...], str] = {}
    for char in sorted(_SAMPLES, key=lambda char: (not char.isalnum(), not char.isprintable(), char)):
        kinds.setdefault((*(char in one for one in sets), _of_word(char), char == "\n"), char)
    return list(kinds.values())


def _of_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _passes(guard: Guard, before: str, after: str) -> bool:
    for one in guard:
        if one in (_START, _END):
            return False
        if one == _WORD_EDGE and _of_word(before) == _of_word(after):
            return False
        if one == _NO_WORD_EDGE and _of_word(before) != _of_word(after):
            return False
        if isinstance(one, frozenset) and before not in one:
            return False
    return True


Steps = dict[tuple[int, str, str], Counter[int]]


def _steps(made: Automaton, letters: list[str]) -> Steps:
    """From a place, behind one letter, over the next: the places that one comes to and the number of ways."""
    found: Steps = {}
    for place, ways in made.follow.items():
        for before, after in product([one for one in letters if one in made.classes[place]], letters):
            reached: Counter[int] = Counter()
            for (then, guard), number in ways.items():
                if made.final and then in made.safe and then != RESTART:
                    continue  # the work ends with the match that is certain from here
                if after in made.classes[then] and _passes(guard, before, after):
                    reached[then] += number
            if reached:
                found[place, before, after] = reached
    return found


def _circles(made: Automaton) -> dict[int, set[int]]:
    """For each place, those that are on a circle with it."""
    reached = {}
    for place in made.follow:
        seen: set[int] = set()
        open_ends = [place]
        while open_ends:
            for then, _ in made.follow[open_ends.pop()]:
                if then not in seen:
                    seen.add(then)
                    open_ends.append(then)
        reached[place] = seen
    return {place: {other for other in seen if place in reached[other]} for place, seen in reached.items()}


def _two_ways_round(
    place: int, steps: Steps, circles: dict[int, set[int]], letters: list[str], made: Automaton
) -> str | None:
    """A text that leads from `place` back to it in two ways."""
    circle = circles[place]
    if place == RESTART or place not in circle or made.held & circle:
        return None
    for last in (letter for letter in letters if letter in made.classes[place]):
        begun = (place, place, last, False)
        seen, open_ends = {begun}, [(begun, "")]
        while open_ends:
            (one, other, before, parted), text = open_ends.pop(0)
            for letter in letters:
                left, right = steps.get((one, before, letter), {}), steps.get((other, before, letter), {})
                for (a, ways), b in product(left.items(), right):
                    if a not in circle or b not in circle:
                        continue
                    state = (a, b, letter, parted or a != b or ways > 1)
                    if state == (place, place, last, True):
                        return text + letter
                    if state not in seen:
                        seen.add(state)
                        open_ends.append((state, text + letter))
    return None


def _two_loops(one: int, other: int, steps: Steps, circles: dict[int, set[int]], both: list[str]) -> str | None:
    """A text that leads from `one` to itself, from `other` to itself, and from `one` to `other`."""
    letters = list(dict.fromkeys(letter for _, _, letter in steps))
    for last in both:
        begun = (one, one, other, last)
        seen, open_ends = {begun}, [(begun, "")]
        while open_ends:
            (a, b, c, before), text = open_ends.pop(0)
            for letter in letters:
                firsts = [to for to in steps.get((a, before, letter), ()) if to in circles[one]]
                lasts = [to for to in steps.get((c, before, letter), ()) if to in circles[other]]
                if not firsts or not lasts:
                    continue
                for state in product(firsts, steps.get((b, before, letter), ()), lasts, letter):
                    if state == (one, other, other, last):
                        return text + letter
                    if state not in seen:
                        seen.add(state)  # type: ignore[arg-type]
                        open_ends.append((state, text + letter))  # type: ignore[arg-type]
    return None


# --- the judgement by the clock -----------------------------------------------------------------------------------


def pumped(pattern: str, flags: int) -> Iterator[tuple[str, str]]:
    """Beginnings of the pattern, and what is to be repeated behind them."""
    tree = _parser.parse(pattern, flags)
    pieces = [(_sample([item]), _sample([item], 2)) for item in tree]
    for item in list(tree):
        if item[0] is _c.BRANCH or item[0] is _c.SUBPATTERN:
            inner = item[1][1] if item[0] is _c.BRANCH else [item[1][3]]
            pieces += [(_sample([one]), _sample([one], 2)) for branch in inner for one in branch]
    yielded = set()
    for i in range(len(pieces)):
        head = "".join(short for short, _ in pieces[:i])
        for j in range(i + 1, min(i + 3, len(pieces)) + 1):
            for body in ("".join(short for short, _ in pieces[i:j]), "".join(long for _, long in pieces[i:j])):
                for before in ("", head):
                    if body and (before, body) not in yielded:
                        yielded.add((before, body))
                        yield before, body


def _sample(items: Any, times: int = 1) -> str:
    """A text that `items` match, or nearly."""
    text = ""
    for kind, value in items:
        if kind in _ONE_CHARACTER:
            state = _parser.State()
            state.flags, state.str = 0, ""
            one = _compiler.compile(_parser.SubPattern(state, [(kind, value)]), 0)
            fitting = [char for char in "a0. -<\"'=,;:/(\t\n" + _SAMPLES if one.fullmatch(char)]
            text += fitting[0] if fitting else chr(value) if kind is _c.LITERAL else ""
        elif kind in _LOOPS:
            text += _sample(value[2], times) * min(max(value[0], times), 3)
        elif kind is _c.BRANCH:
            text += _sample(value[1][0], times)
        elif kind is _c.SUBPATTERN:
            text += _sample(value[3], times)
        elif kind is _c.ATOMIC_GROUP:
            text += _sample(value, times)
    return text


def slow(pattern: re.Pattern[str], method: str, longest: int) -> str:
    """The text on which `pattern` costs more than its length; empty when there is none of at most `longest`."""
    for before, body in pumped(pattern.pattern, pattern.flags):
        if found := _grows(_call(pattern, method), before, body, "\x00", longest):
            return found
    return ""


def _grows(call: Callable[[str], object], before: str, body: str, tail: str, longest: int) -> str:
    for number in (12, 16, 20):  # a cost that doubles shows itself before it takes hours
        if _seconds(call, before + body * number + tail) > 0.01:
            return f"{before!r} and {number} of {body!r}: exponential"
    sizes = [size for size in (1024, 4096, longest) if size <= longest]
    for size in sizes:
        took = _seconds(call, before + body * (size // len(body)) + tail)
        if took <= 0.02:
            continue
        small = max(min(_seconds(call, before + body * (size // 4 // len(body)) + tail) for _ in range(3)), 1e-5)
        took = min(took, *(_seconds(call, before + body * (size // len(body)) + tail) for _ in range(2)))
        if took > 0.02 and took / small > 8:
            return f"{before!r} and {size} characters of {body!r}: {took:.3f} s, a quarter {small:.4f} s"
    return ""


def _call(pattern: re.Pattern[str], method: str) -> Callable[[str], object]:
    if method in ("sub", "subn"):
        return lambda text: pattern.sub("", text)
    if method == "finditer":
        return lambda text: list(pattern.finditer(text))
    return getattr(pattern, method)  # type: ignore[no-any-return]


def _seconds(call: Callable[[str], object], text: str) -> float:
    begun = time.process_time()
    call(text)
    return time.process_time() - begun
