"""What is shown when a page cannot be."""

from __future__ import annotations

from aiohttp import web

from console.pages import page
from console.wording import msg

_TEXTS = {
    400: msg("Permintaan itu tidak bisa dibaca."),
    403: msg("Anda tidak boleh membuka atau mengubah ini. Kalau baru masuk lagi, muat ulang halamannya."),
    404: msg("Halaman itu tidak ada, atau bukan untuk Anda."),
    409: msg("Kasus ini sudah berubah. Muat ulang halaman lalu coba lagi."),
    413: msg("Kiriman itu terlalu besar."),
    421: msg("Konsol tidak dibuka lewat alamat ini. Pakai alamat yang diberikan pengelola."),
    429: msg("Terlalu banyak percobaan. Tunggu sebentar, lalu coba lagi."),
    503: msg("Penyimpanan sedang tidak bisa dipakai. Coba lagi sebentar lagi."),
}
_OTHER = msg("Ada gangguan pada kami. Coba lagi sebentar lagi.")


def error_page(request: web.Request, status: int) -> web.Response:
    """A page that says in plain words what is wrong."""
    return page(request, "error.html", status, text=_TEXTS.get(status, _OTHER))
