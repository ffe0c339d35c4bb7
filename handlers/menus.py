"""The menu: modules, and the topics of each, eight on a page."""

from handlers.answers import topic_button
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


def module_rows(turn: Turn) -> list[Row]:
    """A button for each module that has articles, and one for emergencies."""
    filled = set(turn.catalog.topics.values())
    modules = [module for module in turn.catalog.modules if module in filled]
    buttons = [tap(_module_name(turn, module), "mod", module, 0) for module in modules]
    return [*in_rows(buttons, 2), [tap(turn.say("🆘 Nomor darurat"), "sos")]]


def show(turn: Turn, *, in_place: bool = False) -> None:
    """The modules, as a new message or in place of the one that was tapped."""
    turn.end(Outcome.SERVED)
    text = turn.say("Pilih tema, atau tulis saja pertanyaan Anda.")
    if in_place:
        turn.edit(text, module_rows(turn))
    else:
        turn.reply(text, module_rows(turn))


def show_module(turn: Turn, module: str, page: int) -> None:
    """One page of a module's topics, in place of the message that was tapped."""
    topics = [topic for topic, its_module in turn.catalog.topics.items() if its_module == module]
    pages = [topics[start : start + TOPICS_PER_PAGE] for start in range(0, len(topics), TOPICS_PER_PAGE)]
    if not pages:
        show(turn, in_place=True)
        return
    turn.end(Outcome.SERVED)
    page = min(page, len(pages) - 1)
    rows: list[Row] = [[topic_button(turn, topic)] for topic in pages[page]]
    turning = []
    if page > 0:
        turning.append(tap(turn.say("‹ Sebelumnya"), "mod", module, page - 1))
    if page + 1 < len(pages):
        turning.append(tap(turn.say("Berikutnya ›"), "mod", module, page + 1))
    rows.extend([turning, [tap(turn.say("Kembali ke menu"), "home")]])
    title = _module_name(turn, module)
    if len(pages) > 1:
        title = turn.say("{module} ({page} dari {pages})", module=title, page=page + 1, pages=len(pages))
    turn.edit(title, rows)


def _module_name(turn: Turn, module: str) -> str:
    return turn.say(_NAMES[module]) if module in _NAMES else module
