"""From a row of blocks to pages: nothing is drawn before every page is known, so that page numbers are."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from fumimori.report.blocks import Block, Stack

Placed = tuple[float, Block]
"""How far below the top of the live area a block begins, and the block."""


@dataclass
class Page:
    """A page: its blocks and the name that its header carries."""

    part: str
    placed: list[Placed] = field(default_factory=list)
    used: float = 0.0


@dataclass(frozen=True)
class Part:
    """Blocks that begin on a new page, and the name in the header of their pages."""

    name: str
    blocks: tuple[Block, ...]


def paged(parts: Iterable[Part], width: float, height: float) -> list[Page]:
    """The pages; no heading stands alone at a foot, no block is cut that can stay whole on the next page."""
    pages: list[Page] = []
    for part in parts:
        pages.extend(_paged(part, width, height))
    return pages


def _paged(part: Part, width: float, height: float) -> list[Page]:
    pages = [Page(part.name)]
    waiting = _bound(part.blocks)
    while waiting:
        block = waiting.pop(0)
        page = pages[-1]
        if block.optional_at_top and not page.placed:
            continue
        needed = block.height(width)
        room = height - page.used
        if needed <= room + 0.01:
            page.placed.append((page.used, block))
            page.used += needed
            continue
        if block.optional_at_top:
            pages.append(Page(part.name))
            continue
        if isinstance(block, Stack) and page.placed and needed <= height:
            room = block.room_to_cut(needed, room)
        pieces = block.split(width, room) if room else None
        if pieces:
            page.placed.append((page.used, pieces[0]))
            page.used = height
            waiting.insert(0, pieces[1])
        elif page.placed:
            waiting.insert(0, block)
        else:  # taller than a page and not to be split: print it anyway, it is better cut than missing
            page.placed.append((0.0, block))
        if waiting:
            pages.append(Page(part.name))
    return pages


def _bound(blocks: Iterable[Block]) -> list[Block]:
    """`blocks` with each heading tied to the beginning of what follows it."""
    bound: list[Block] = []
    held: list[Block] = []
    for block in blocks:
        if block.keep_next or (held and block.optional_at_top):
            held.append(block)
            continue
        if held:
            bound.append(Stack([*held, block], together=isinstance(block, Stack) and block.together))
            held = []
        else:
            bound.append(block)
    return [*bound, *held]
