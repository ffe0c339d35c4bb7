"""The emergency card: what to do now and whom to reach. It leans on no model and no article."""

from collections.abc import Sequence

from handlers import buttons, cards, discreet, names
from handlers.answers import answer
from handlers.exchange import Outcome
from handlers.keyboards import Row, in_rows, tap
from handlers.payloads import NOWHERE
from handlers.rendering import Page
from handlers.turn import Turn, msg
from nlu import Understanding
from storage import NewCase, mask

CONTACTS_SHOWN = 4
ALONE = "self-harm"
COUNTRIES_PER_ROW = 3
COUNTRIES_SHOWN = 9
COUNTRIES_IN_ALL = 90  # Telegram takes a hundred buttons

# What to do now, in two or three short sentences; the most pressing kind first. Nothing here names a number,
# a law or a place: those come from the contacts and the articles, with their sources.
_ADVICE = {
    "self-harm": msg(
        "Terima kasih sudah bercerita. Jangan sendirian dulu: telepon atau datangi satu orang yang Anda "
        "percaya. Kalau nomor di bawah tidak tersambung, pergi ke puskesmas atau IGD terdekat."
    ),
    "medical": msg(
        "Minta tolong orang terdekat sekarang dan pergi ke rumah sakit terdekat. "
        "Jangan menunggu izin kalau keadaannya gawat. Bawa paspor atau kartu asuransi kalau ada."
    ),
    "sexual-violence": msg(
        "Ini bukan salah Anda. Pergi ke tempat aman dan cari satu orang yang Anda percaya. "
        "Anda boleh minta diperiksa di rumah sakit dan boleh minta ditemani."
    ),
    "violence": msg(
        "Kalau bisa, menjauh dulu ke tempat yang aman atau ramai. Kalau nyawa terancam, hubungi polisi "
        "setempat sekarang. Luka dan kejadian bisa difoto nanti, sesudah Anda aman."
    ),
    "confinement": msg(
        "Jangan memaksa keluar kalau itu berbahaya. Kirim alamat atau lokasi Anda dan nama tempat itu ke "
        "satu orang yang Anda percaya. Pesan tertulis lebih aman kalau ada yang mendengar."
    ),
    "trafficking": msg(
        "Jangan tanda tangani apa pun lagi dan jangan serahkan uang. Beri tahu satu orang yang Anda percaya "
        "di mana Anda berada. Simpan chat, tiket dan bukti transfer."
    ),
    "threat": msg(
        "Jangan balas ancaman itu dan jangan kirim uang. Simpan pesannya sebagai bukti. "
        "Beri tahu satu orang yang Anda percaya di mana Anda berada."
    ),
    "child": msg(
        "Bawa anak itu ke tempat aman, dekat orang dewasa yang Anda percaya. "
        "Kalau nyawanya terancam, hubungi polisi atau ambulans setempat sekarang."
    ),
    "disaster": msg(
        "Pergi dulu ke tempat aman dan ikuti petunjuk petugas setempat. "
        "Sesudah aman, kabari keluarga dan perwakilan Indonesia."
    ),
}
_BY_SOMEBODY_NEAR = frozenset(
    ("violence", "sexual-violence", "confinement", "trafficking", "threat", "child")
)
_ANY_DANGER = msg(
    "Kalau nyawa terancam, hubungi polisi setempat sekarang dan pergi ke tempat yang aman. "
    "Beri tahu satu orang yang Anda percaya di mana Anda berada."
)
_FOR_OTHERS = msg(
    "Kalau ini tentang orang lain, siapkan nama lengkapnya, negara dan alamat terakhirnya, lalu hubungi "
    "nomor di bawah. Hubungi dia hanya kalau itu aman baginya."
)


async def respond(turn: Turn, seen: Understanding) -> None:
    """The card at once, as a message of its own; then what the article says; and staff are told."""
    kinds = tuple(dict.fromkeys(sign.kind for sign in seen.danger))
    destination = seen.destination or turn.memory.destination
    discreet.keep_private(turn)
    hours = turn.services.office_hours
    at_desk = hours is not None and hours.open_at(turn.now)
    card(turn, kinds, destination, about_others=seen.asks_for != "self", staff_away=not at_desk)
    # Only an article that is meant to stand beside the card: the topic may be a weak guess. Who thinks of
    # death needs people, not rules about leaving an employer.
    topic = turn.known(seen.topic) if ALONE not in kinds else None
    topic = topic if topic and turn.catalog.article(topic, turn.locale).danger else None
    turn.topic = topic
    detail = ", ".join(kinds)
    if turn.asked == "staff":  # these words were meant for staff
        detail = f"{detail}: {turn.text}"
    turn.open_case(NewCase(kind="danger", topic=topic, detail=mask(detail)))
    turn.remember(alerted_at=turn.now)
    if topic:
        answer(turn, topic, seen.destination, brief=True)
    else:
        turn.remember_topic(None, seen.destination)


def card(
    turn: Turn,
    kinds: Sequence[str],
    destination: str | None,
    *,
    about_others: bool = False,
    staff_away: bool = False,
) -> None:
    """Send the emergency card. Where somebody near may read along, a notification shows numbers only."""
    turn.end(Outcome.EMERGENCY)
    page = Page().add(turn.say("Nomor penting"), "bold")
    if destination:
        page.add(f" · {names.country(turn, destination)}", "bold")
    offices = turn.catalog.emergency_contacts(kinds, destination, CONTACTS_SHOWN)
    numbers = cards.contacts(turn, offices)
    if about_others:
        page.paragraph().add(turn.say(_FOR_OTHERS)).paragraph().add(turn.say("Untuk dia:"))
        page.line().add(turn.say(_advice(kinds))).paragraph().add(numbers)
    elif _worst(kinds) in _BY_SOMEBODY_NEAR:
        page.paragraph().add(numbers).paragraph().add(turn.say(_advice(kinds)))
    else:
        page.paragraph().add(turn.say(_advice(kinds))).paragraph().add(numbers)
    if not destination:
        page.paragraph().add(turn.say("Sedang di luar negeri? Pilih negara untuk nomor di sana."))
    if staff_away:
        page.paragraph().add(
            turn.say("Petugas belum tentu membaca ini sekarang. Hubungi dulu nomor di atas.")
        )
    page.paragraph().add(turn.say("Ada yang bisa melihat layar ini? Tekan Tutup cepat."), "italic")
    countries = _country_rows(turn, kinds, 0 if destination else COUNTRIES_SHOWN)
    turn.reply(page.rich(), [[buttons.person(turn), buttons.close(turn)], *countries])


def _worst(kinds: Sequence[str]) -> str:
    """The most pressing of the kinds, NOWHERE for none."""
    return next((kind for kind in _ADVICE if kind in kinds), NOWHERE)


def _advice(kinds: Sequence[str]) -> str:
    return _ADVICE.get(_worst(kinds), _ANY_DANGER)


def all_countries(turn: Turn, kinds: Sequence[str]) -> None:
    """Every country that has numbers of its own."""
    turn.end(Outcome.OFFERED)
    turn.reply(turn.say("Nomor di negara mana?"), _country_rows(turn, kinds, COUNTRIES_IN_ALL))


def _country_rows(turn: Turn, kinds: Sequence[str], limit: int) -> list[Row]:
    """Buttons for the first countries that have numbers, and one that leads to all of them."""
    kind = _worst(kinds)
    known = {office.destination for office in turn.catalog.contacts.values() if office.destination}
    codes = names.in_order(turn, known)
    rows = in_rows(
        [tap(names.country(turn, code), "sosat", code, kind) for code in codes[:limit]], COUNTRIES_PER_ROW
    )
    if len(codes) > limit:
        rows.append([tap(turn.say("Negara lain"), "sosall", kind)])
    return rows
