"""The menu: modules, and the topics of each, eight on a page."""

from handlers import buttons
from handlers.exchange import Outcome
from handlers.keyboards import Row, in_rows, tap
from handlers.turn import Turn, msg

TOPICS_PER_PAGE = 8

_NAMES = {
    "routes": msg("🧭 Jalur aman"),
    "skills": msg("🛠 Keterampilan"),
    "destinations": msg("🌏 Negara tujuan"),
    "protection": msg("⚖️ Perlindungan hukum"),
    "money": msg("💰 Uang"),
    "return": msg("🏠 Pulang"),
}


def module_rows(turn: Turn, *, in_place: bool = False) -> list[Row]:
    """A button for each module that has articles, and one for emergencies.

    Only a menu may be turned `in_place`: any other message has words that should stay on the screen.
    """
    filled = set(turn.catalog.topics.values())
    modules = [module for module in turn.catalog.modules if module in filled]
    found = [
        tap(_name(turn, module), "mod", module, 0) if in_place else tap(_name(turn, module), "open", module)
        for module in modules
    ]
    return [*in_rows(found, 2), [buttons.emergency(turn)]]


def show(turn: Turn) -> None:
    """The modules, as a new message."""
    turn.end(Outcome.SERVED)
    turn.reply(turn.say("Pilih tema, atau tulis saja pertanyaan Anda."), module_rows(turn, in_place=True))


def show_here(turn: Turn) -> None:
    """The modules, in place of the message that was tapped."""
    turn.end(Outcome.SERVED)
    turn.edit(turn.say("Pilih tema, atau tulis saja pertanyaan Anda."), module_rows(turn, in_place=True))


def open_module(turn: Turn, module: str) -> None:
    """The first topics of a module, as a new message."""
    turn.end(Outcome.SERVED)
    turn.reply(*_page(turn, module, 0))


def turn_page(turn: Turn, module: str, page: int) -> None:
    """One page of a module's topics, in place of the message that was tapped."""
    turn.end(Outcome.SERVED)
    turn.edit(*_page(turn, module, page))


def _page(turn: Turn, module: str, page: int) -> tuple[str, list[Row]]:
    topics = [topic for topic, its_module in turn.catalog.topics.items() if its_module == module]
    pages = [topics[start : start + TOPICS_PER_PAGE] for start in range(0, len(topics), TOPICS_PER_PAGE)]
    page = min(page, len(pages) - 1)
    rows: list[Row] = [[buttons.topic(turn, topic)] for topic in pages[page]]
    turning = []
    if page > 0:
        turning.append(tap(turn.say("‹ Sebelumnya"), "mod", module, page - 1))
    if page + 1 < len(pages):
        turning.append(tap(turn.say("Berikutnya ›"), "mod", module, page + 1))
    rows.extend([turning, [tap(turn.say("Kembali ke menu"), "home")]])
    title = _name(turn, module)
    if len(pages) > 1:
        title = turn.say("{module} ({page} dari {pages})", module=title, page=page + 1, pages=len(pages))
    return title, rows


def _name(turn: Turn, module: str) -> str:
    return turn.say(_NAMES[module]) if module in _NAMES else module
