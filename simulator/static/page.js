"use strict";
/* The chat page of the Bekal simulator. Text from people and bots only ever becomes text nodes. */

const WORDS = {
  en: {
    people: "People", theme: "Light or dark", addPerson: "Add another person", back: "Back to the list",
    more: "More", messages: "Messages", toBottom: "To the newest message", commands: "Commands",
    message: "Message", keyboard: "Show the keyboard", attach: "Attach", send: "Send", name: "Name",
    language: "Language of their app", noLanguage: "not known", cancel: "Cancel", add: "Add", ok: "OK",
    close: "Close", forward: "Forward a message", forwardFrom: "First written by",
    note: "Everything stays on this computer. This is not Telegram.",
    bot: "bot", typing: "typing", away: "No bot is connected yet", placeholder: "Message",
    today: "Today", yesterday: "Yesterday", edited: "edited", blocked: "You have blocked this bot",
    unblock: "Unblock", block: "Block the bot", copyLink: "Copy the link to this person",
    light: "Light colours", dark: "Dark colours", copied: "Copied", photo: "Photo", voice: "Voice message",
    document: "Document", audio: "Audio", sticker: "Sticker", location: "Location", contact: "Contact",
    you: "You", whatCanItDo: "What can this bot do?", emptyDescription: "Press START to begin.",
    play: "Play", pause: "Pause", cannotPlay: "This sound cannot be played here", open: "Open on a map",
    unread: "unread", failed: "That did not work: ", read: "read by the bot", sent: "sent", me: "Me",
    forwardedFrom: "Forwarded from", lost: "Connection lost, trying again", spoiler: "Hidden text, press to read",
    download: "Save the file", newMessages: "New messages", stopped: "This account is deactivated",
  },
  id: {
    people: "Orang", theme: "Terang atau gelap", addPerson: "Tambah orang lain", back: "Kembali ke daftar",
    more: "Lainnya", messages: "Pesan", toBottom: "Ke pesan terbaru", commands: "Perintah",
    message: "Pesan", keyboard: "Tampilkan papan tombol", attach: "Lampirkan", send: "Kirim", name: "Nama",
    language: "Bahasa di ponselnya", noLanguage: "tidak diketahui", cancel: "Batal", add: "Tambah", ok: "OK",
    close: "Tutup", forward: "Teruskan pesan", forwardFrom: "Penulis aslinya",
    note: "Semuanya tetap di komputer ini. Ini bukan Telegram.",
    bot: "bot", typing: "mengetik", away: "Bot belum tersambung", placeholder: "Pesan",
    today: "Hari ini", yesterday: "Kemarin", edited: "diedit", blocked: "Anda memblokir bot ini",
    unblock: "Buka blokir", block: "Blokir bot", copyLink: "Salin tautan ke orang ini",
    light: "Warna terang", dark: "Warna gelap", copied: "Tersalin", photo: "Foto", voice: "Pesan suara",
    document: "Dokumen", audio: "Audio", sticker: "Stiker", location: "Lokasi", contact: "Kontak",
    you: "Anda", whatCanItDo: "Bot ini bisa apa?", emptyDescription: "Tekan START untuk mulai.",
    play: "Putar", pause: "Jeda", cannotPlay: "Suara ini tidak bisa diputar di sini", open: "Buka di peta",
    unread: "belum dibaca", failed: "Tidak berhasil: ", read: "sudah dibaca bot", sent: "terkirim", me: "Saya",
    forwardedFrom: "Diteruskan dari", lost: "Sambungan putus, mencoba lagi", spoiler: "Teks tersembunyi, tekan untuk membaca",
    download: "Simpan berkas", newMessages: "Pesan baru", stopped: "Akun ini dinonaktifkan",
  },
};
const LANGUAGE = navigator.language.startsWith("id") ? "id" : "en";
const say = (key) => WORDS[LANGUAGE][key];

const ICONS = {
  back: "M15 5l-7 7 7 7", add: "M12 5v14M5 12h14", more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  down: "M6 9.5l6 6 6-6", attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8",
  send: "M4 12l16-8-5 16-3.5-6.5z", menu: "M5 7h14M5 12h14M5 17h9", close: "M6 6l12 12M18 6L6 18",
  sun: "M12 7.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM12 2v2.2M12 19.8V22M2 12h2.2M19.8 12H22M5 5l1.5 1.5M17.5 17.5L19 19M19 5l-1.5 1.5M6.5 17.5L5 19",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z", keyboard: "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
  play: "M8 5l11 7-11 7z", pause: "M8 5v14M16 5v14", photo: "M4 6h16v13H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01",
  voice: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6 11a6 6 0 0 0 12 0M12 17v3",
  document: "M7 3h7l4 4v14H7zM14 3v4h4", sticker: "M5 5h14v9l-5 5H5zM14 19v-5h5", location: "M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11zM12 12.4a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0", forward: "M13 6l7 6-7 6v-4c-4 0-7 1-9 4 .5-5 3.5-8 9-8z",
  block: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM6 6l12 12", link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10a4 4 0 0 0-6-.5l-3 3A4 4 0 0 0 10.7 18l1.3-1.3",
  out: "M9 7h8v8M17 7L7 17", copy: "M9 9h10v11H9zM15 9V5H5v11h4",
};

/* ---------- small helpers ---------- */

const $ = (id) => document.getElementById(id);

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name === "play" || name === "send" ? "icon icon-solid" : "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const timeOf = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString(LANGUAGE === "id" ? "id" : [], { hour: "2-digit", minute: "2-digit" });

function dayOf(seconds) {
  const day = new Date(seconds * 1000), today = new Date();
  const midnights = Math.round((new Date(today).setHours(0, 0, 0, 0) - new Date(day).setHours(0, 0, 0, 0)) / 864e5);
  if (midnights === 0) return say("today");
  if (midnights === 1) return say("yesterday");
  const sameYear = day.getFullYear() === today.getFullYear();
  return day.toLocaleDateString(LANGUAGE, { day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) });
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const nameOf = (person) => [person.first_name, person.last_name].filter(Boolean).join(" ");
const initials = (name) => [...name.trim()].slice(0, 1).join("").toUpperCase() || "?";
const fileAddress = (file) => `/sim/files/${encodeURIComponent(file.file_id)}`;

function sizeOf(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

async function post(path, body) {
  try {
    const form = body instanceof FormData;
    const answer = await fetch(path, {
      method: "POST", body: form ? body : JSON.stringify(body),
      headers: form ? {} : { "Content-Type": "application/json" },
    });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.error);
    return content;
  } catch (problem) {
    toast(say("failed") + problem.message);
    return null;
  }
}

let toastTimer = 0;
function toast(text) {
  const box = $("toast");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 3500);
}

/* ---------- what we know ---------- */

const state = {
  bot: { name: "Bekal", connected: false },
  people: new Map(), // id -> person
  chats: new Map(), // id -> {id, state, keyboard, messages: Map, unread, typing, draft}
  waiting: new Set(), // `${chat}/${message}`: not yet taken by the bot
  current: null,
  pendingStart: null, // {user, payload} from a deep link
};

function chatOf(id) {
  if (!state.chats.has(id)) {
    state.chats.set(id, { id, state: "open", keyboard: null, messages: new Map(), reactions: new Map(), unread: 0, typing: 0, draft: "" });
  }
  return state.chats.get(id);
}

const isMine = (message) => message.from !== undefined && message.from.id === message.chat.id;
const lastOf = (chat) => [...chat.messages.values()].at(-1);

/* ---------- text with entities ---------- */

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code" };

/** Nest entities (offsets in UTF-16 units, as JavaScript counts) into elements. */
function richText(text, entities = []) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const build = (from, to, list) => {
    const out = document.createDocumentFragment();
    let position = from;
    while (list.length) {
      const entity = list.shift();
      const start = Math.max(entity.offset, position), stop = Math.min(entity.offset + entity.length, to);
      if (stop <= start) continue;
      if (start > position) out.append(text.slice(position, start));
      const inner = [];
      while (list.length && list[0].offset < stop) inner.push(list.shift());
      const over = inner.filter((one) => one.offset + one.length > stop);
      list.unshift(...over.map((one) => ({ ...one, offset: stop, length: one.offset + one.length - stop })));
      out.append(elementFor(entity, text.slice(start, stop), build(start, stop, inner)));
      position = stop;
    }
    if (position < to) out.append(text.slice(position, to));
    return out;
  };
  return build(0, text.length, sorted);
}

function elementFor(entity, text, content) {
  const wrap = (tag, properties) => make(tag, properties ?? {}, content);
  switch (entity.type) {
    case "pre":
      return make("pre", {}, entity.language ? make("span", { class: "pre-language" }, entity.language) : null, wrap("code"));
    case "blockquote": case "expandable_blockquote": return wrap("blockquote");
    case "spoiler": return spoiler(content);
    case "url": return webLink(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`, content);
    case "text_link": return webLink(entity.url, content);
    case "email": return wrap("a", { href: `mailto:${text}` });
    case "phone_number": return wrap("a", { href: `tel:${text.replace(/[^+\d]/g, "")}` });
    case "bot_command":
      return make("button", { type: "button", class: "link", onclick: () => sendText(text) }, content);
    case "mention": case "hashtag": case "text_mention": return wrap("span", { class: "link-like" });
    default: return wrap(TAGS[entity.type] ?? "span");
  }
}

function webLink(address, content) {
  return /^(https?|tg):\/\//i.test(address)
    ? make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, content)
    : make("span", {}, content);
}

function spoiler(content) {
  const box = make("span", { class: "spoiler", tabindex: "0", role: "button", "aria-label": say("spoiler") }, content);
  const show = () => { box.classList.add("shown"); box.removeAttribute("role"); box.removeAttribute("aria-label"); };
  box.addEventListener("click", show);
  box.addEventListener("keydown", (event) => { if (event.key === "Enter") show(); });
  return box;
}

/* ---------- one message ---------- */

function preview(message) {
  if (message.text) return message.text.replace(/\s+/g, " ");
  for (const kind of ["photo", "voice", "document", "audio", "location", "contact"]) {
    if (message[kind]) return say(kind) + (message.caption ? `: ${message.caption}` : "");
  }
  return message.sticker ? `${message.sticker.emoji ?? ""} ${say("sticker")}` : "";
}

function body(message) {
  const parts = [];
  if (message.forward_origin) {
    const origin = message.forward_origin.sender_user_name ?? "";
    parts.push(make("div", { class: "forwarded" }, `${say("forwardedFrom")} `, make("strong", {}, origin)));
  }
  if (message.reply_to_message) {
    const name = isMine(message.reply_to_message) ? say("you") : state.bot.name;
    parts.push(make("div", { class: "quote" }, make("strong", {}, name), make("span", {}, preview(message.reply_to_message))));
  }
  if (message.photo) parts.push(photo(message));
  if (message.voice) parts.push(player(message.voice, null));
  if (message.audio) parts.push(player(message.audio, message.audio.title ?? message.audio.file_name));
  if (message.document) parts.push(documentCard(message.document));
  if (message.contact) parts.push(contactCard(message.contact));
  if (message.location) parts.push(locationCard(message.location));
  if (message.sticker) parts.push(sticker(message.sticker));
  const text = message.text ?? message.caption;
  if (text) {
    const space = make("span", { class: message.edit_date ? "meta-space edited" : "meta-space" });
    parts.push(make("div", { class: "text" }, richText(text, message.entities ?? message.caption_entities), space));
  }
  return parts;
}

function photo(message) {
  const size = message.photo.at(-1);
  const image = make("img", { src: fileAddress(size), alt: message.caption ?? say("photo"), loading: "lazy" });
  image.style.aspectRatio = `${size.width} / ${size.height}`;
  return make("button", { type: "button", class: "picture", onclick: () => view(image) }, image);
}

function view(image) {
  $("viewer-image").src = image.src;
  $("viewer-image").alt = image.alt;
  $("viewer").showModal();
}

function sticker(file) {
  const emoji = make("span", { class: "sticker-emoji" }, file.emoji ?? "🙂");
  const image = make("img", { class: "sticker-image", src: fileAddress(file), alt: file.emoji ?? say("sticker") });
  image.addEventListener("error", () => image.replaceWith(emoji));
  return image;
}

function documentCard(file) {
  const name = file.file_name ?? say("document");
  return make("a", { class: "file", href: fileAddress(file), download: name, title: say("download") },
    make("span", { class: "file-icon" }, icon("document")),
    make("span", { class: "file-text" }, make("strong", {}, name), make("small", {}, sizeOf(file.file_size))));
}

function contactCard(contact) {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return make("div", { class: "file" },
    make("span", { class: "avatar avatar-small", "aria-hidden": "true" }, initials(name)),
    make("span", { class: "file-text" }, make("strong", {}, name),
      make("a", { href: `tel:${contact.phone_number.replace(/[^+\d]/g, "")}` }, contact.phone_number)));
}

function locationCard({ latitude, longitude }) {
  const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const address = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=15/${latitude}/${longitude}`;
  return make("a", { class: "place", href: address, target: "_blank", rel: "noopener noreferrer" },
    make("span", { class: "place-map", "aria-hidden": "true" }, icon("location")),
    make("span", { class: "file-text" }, make("strong", {}, say("location")), make("small", {}, place)));
}

let playing = null;
function player(file, title) {
  const sound = new Audio();
  sound.preload = "none";
  const total = file.duration || 0;
  const left = make("small", { class: "player-time" }, clock(total));
  const bars = waveform(file.file_id);
  const button = make("button", { type: "button", class: "round play", "aria-label": say("play") }, icon("play"));
  const show = () => {
    button.replaceChildren(icon(sound.paused ? "play" : "pause"));
    button.setAttribute("aria-label", say(sound.paused ? "play" : "pause"));
    const whole = Number.isFinite(sound.duration) ? sound.duration : total;
    const share = whole ? sound.currentTime / whole : 0;
    [...bars.children].forEach((bar, index, all) => bar.classList.toggle("done", index < share * all.length));
    left.textContent = clock(sound.currentTime || whole);
  };
  for (const name of ["play", "pause", "timeupdate", "ended"]) sound.addEventListener(name, show);
  button.addEventListener("click", async () => {
    if (!sound.paused) return sound.pause();
    if (playing && playing !== sound) playing.pause();
    playing = sound;
    if (!sound.src) sound.src = fileAddress(file);
    try { await sound.play(); } catch { toast(say("cannotPlay")); }
  });
  return make("div", { class: "player" }, button,
    make("div", { class: "player-body" }, title ? make("strong", { class: "player-title" }, title) : null, bars, left));
}

/** Bars whose heights come from the file's id: the same voice always looks the same. */
function waveform(seed) {
  const bars = make("div", { class: "bars", "aria-hidden": "true" });
  let value = 7;
  for (let index = 0; index < 34; index++) {
    value = (value * 31 + seed.charCodeAt(index % seed.length) + index) % 997;
    const bar = make("span");
    bar.style.height = `${18 + (value % 82)}%`;
    bars.append(bar);
  }
  return bars;
}

function meta(message) {
  const parts = [];
  if (message.edit_date) parts.push(`${say("edited")} `);
  parts.push(make("time", {}, timeOf(message.date)));
  if (isMine(message)) parts.push(ticks(!state.waiting.has(`${message.chat.id}/${message.message_id}`)));
  return make("span", { class: "meta" }, ...parts);
}

function ticks(read) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 12");
  svg.setAttribute("class", "ticks");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", say(read ? "read" : "sent"));
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", read ? "M1 6.5l3.5 4L12 1.5M8 9.5l1 1L17.5 1.5" : "M4 6.5l3.5 4L15 1.5");
  svg.append(path);
  return svg;
}

function inlineKeyboard(message) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return make("div", { class: "buttons" }, ...rows.map((row) =>
    make("div", { class: "button-row" }, ...row.map((button) => inlineButton(message, button)))));
}

function inlineButton(message, button) {
  const label = make("span", {}, button.text);
  if (button.url) {
    return make("a", { class: "inline-button", href: button.url, target: "_blank", rel: "noopener noreferrer" }, label, icon("out"));
  }
  if (button.copy_text) {
    return make("button", { type: "button", class: "inline-button", onclick: () => copy(button.copy_text.text) }, label, icon("copy"));
  }
  const press = make("button", { type: "button", class: `inline-button ${button.style ?? ""}` }, label);
  press.addEventListener("click", async () => {
    press.classList.add("busy");
    setTimeout(() => press.classList.remove("busy"), 8000);
    const sent = await post("/sim/callback", {
      chat: message.chat.id, message_id: message.message_id, data: button.callback_data, user: message.chat.id,
    });
    if (!sent) press.classList.remove("busy");
  });
  return press;
}

async function copy(text) {
  try { await navigator.clipboard.writeText(text); toast(say("copied")); } catch (problem) { toast(say("failed") + problem.message); }
}

function bubble(chat, message) {
  const mine = isMine(message);
  const content = body(message);
  const bare = message.sticker !== undefined;
  const wide = message.photo ? " has-picture" : "";
  const textless = !(message.text ?? message.caption) ? " textless" : "";
  const box = make("div", { class: `bubble${wide}${textless}${bare ? " bare" : ""}` }, ...content, meta(message));
  const reaction = chat.reactions.get(message.message_id);
  if (reaction) box.append(make("span", { class: "reaction" }, reaction));
  const item = make("article", { class: `message ${mine ? "mine" : "theirs"}`, "data-id": String(message.message_id) }, box, inlineKeyboard(message));
  item.setAttribute("aria-label", `${mine ? say("you") : state.bot.name}, ${timeOf(message.date)}`);
  return item;
}

/* ---------- the conversation ---------- */

const scroller = $("scroll"), log = $("log");
const nearBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 120;
/** Pictures that load and keyboards that open must not push the newest message out of sight. */
let atBottom = true;
const keepBottom = new ResizeObserver(() => { if (atBottom) scroller.scrollTop = scroller.scrollHeight; });
keepBottom.observe(log);
keepBottom.observe(scroller);
function toBottom(smooth = false) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scroller.scrollTo({ top: scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
  const chat = state.chats.get(state.current);
  if (chat) chat.unread = 0;
  drawDown();
}

function drawDown() {
  const chat = state.chats.get(state.current);
  $("down").hidden = nearBottom() || !chat;
  const unread = chat?.unread ?? 0;
  $("down-count").hidden = unread === 0;
  $("down-count").textContent = String(unread);
}

function drawLog() {
  const chat = state.chats.get(state.current);
  log.replaceChildren();
  for (const message of chat?.messages.values() ?? []) dayFor(message).append(bubble(chat, message));
  if (!log.children.length) log.append(welcome());
  markTails();
}

/** The section of the message's day, newest last; its label sticks to the top while the day is in view. */
function dayFor(message) {
  const name = dayOf(message.date);
  if (log.lastElementChild?.dataset.day === name) return log.lastElementChild;
  const section = make("section", { class: "day", "data-day": name, "aria-label": name }, make("div", { class: "day-name" }, make("span", {}, name)));
  log.append(section);
  return section;
}

function welcome() {
  const text = state.people.get(state.current)?.description || say("emptyDescription");
  return make("div", { class: "welcome" }, make("strong", {}, say("whatCanItDo")), make("p", {}, text));
}

/** Only the last of a run of bubbles has a tail. */
function markTails() {
  let previous = null;
  for (const item of log.querySelectorAll(".message, .day-name")) {
    const same = previous?.classList.contains("message") && previous.classList.contains("mine") === item.classList.contains("mine");
    if (previous) previous.classList.toggle("last", !(same && item.classList.contains("message")));
    item.classList.toggle("first", !same);
    previous = item;
  }
  if (previous) previous.classList.add("last");
}

function drawMessage(chat, message) {
  const stay = nearBottom();
  const known = log.querySelector(`[data-id="${message.message_id}"]`);
  if (known) known.replaceWith(bubble(chat, message));
  else {
    log.querySelector(".welcome")?.remove();
    const item = bubble(chat, message);
    item.classList.add("arriving");
    dayFor(message).append(item);
  }
  markTails();
  if (stay || (isMine(message) && !known)) toBottom(true);
  else if (!known) chat.unread += 1;
  drawDown();
}

function drawHead() {
  const chat = state.chats.get(state.current), person = state.people.get(state.current);
  $("bot-name").textContent = state.bot.name;
  $("as").textContent = person ? nameOf(person) : "";
  const status = $("status");
  const typing = chat && chat.typing > Date.now();
  status.classList.toggle("busy", Boolean(typing));
  if (typing) status.replaceChildren(say("typing"), make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i")));
  else status.textContent = say(state.bot.connected ? "bot" : "away");
}

function drawFoot() {
  const chat = state.chats.get(state.current), person = state.people.get(state.current);
  const pending = state.pendingStart?.user === state.current;
  const fresh = !chat || chat.messages.size === 0;
  const shut = chat && chat.state !== "open";
  $("foot").hidden = !person;
  $("start").hidden = !(fresh || pending || shut);
  $("start").textContent = shut ? (chat.state === "blocked" ? say("unblock").toUpperCase() : say("stopped")) : "START";
  $("start").disabled = chat?.state === "deactivated";
  $("composer").hidden = !$("start").hidden;
  $("menu-button").hidden = !(person?.commands.length);
  grow();
  drawReplyKeyboard(chat);
}

function drawReplyKeyboard(chat) {
  const rows = chat?.keyboard?.keyboard;
  const box = $("reply-keyboard");
  $("keyboard-button").hidden = !rows;
  box.hidden = !rows || $("composer").hidden || box.dataset.closed === "yes";
  box.replaceChildren(...(rows ?? []).map((row) => make("div", { class: "button-row" }, ...row.map((button) =>
    make("button", { type: "button", class: "key", onclick: () => pressKey(button) }, button.text)))));
}

function pressKey(button) {
  if (button.request_contact) return sendContact();
  if (button.request_location) return sendLocation();
  return sendText(button.text);
}

function drawChat() {
  drawHead();
  drawLog();
  drawFoot();
  toBottom();
}

/* ---------- the list of people ---------- */

function drawRows() {
  const people = [...state.people.values()];
  const latest = (person) => lastOf(chatOf(person.id))?.message_id ?? 0;
  people.sort((a, b) => latest(b) - latest(a) || a.id - b.id);
  const focused = document.activeElement?.dataset?.person;
  $("rows").replaceChildren(...people.map(row));
  if (focused) $("rows").querySelector(`[data-person="${focused}"]`)?.focus();
}

function row(person) {
  const chat = chatOf(person.id), last = lastOf(chat), name = nameOf(person);
  const typing = chat.typing > Date.now();
  const line = typing ? `${say("typing")}…` : last ? (isMine(last) ? `${say("you")}: ` : "") + preview(last) : say("emptyDescription");
  const button = make("button", { type: "button", class: "row", "data-person": String(person.id), onclick: () => open(person.id) },
    make("span", { class: `avatar tint-${person.id % 6}`, "aria-hidden": "true" }, initials(name)),
    make("span", { class: "row-text" },
      make("span", { class: "row-top" },
        make("strong", {}, name),
        person.language_code ? make("span", { class: "tag" }, person.language_code) : null,
        last ? make("time", {}, timeOf(last.date)) : null),
      make("span", { class: "row-bottom" },
        make("span", { class: typing ? "row-line busy" : "row-line" }, line),
        chat.unread && person.id !== state.current ? make("span", { class: "count", "aria-label": `${chat.unread} ${say("unread")}` }, String(chat.unread)) : null)));
  if (person.id === state.current) button.setAttribute("aria-current", "true");
  return make("li", {}, button);
}

function open(id, view = "chat") {
  const before = state.chats.get(state.current);
  if (before) before.draft = $("text").value;
  state.current = id;
  closeMenus();
  const chat = chatOf(id);
  chat.unread = 0;
  $("text").value = chat.draft;
  grow();
  $("app").dataset.view = view;
  $("reply-keyboard").dataset.closed = "";
  drawRows();
  drawChat();
  const address = new URL(location.href);
  address.searchParams.set("user", id);
  address.searchParams.delete("start");
  history.replaceState(null, "", address);
  if (matchMedia("(hover: hover)").matches && !$("composer").hidden) $("text").focus();
}

/* ---------- sending ---------- */

const text = $("text");
function grow() {
  text.style.height = "auto";
  if (text.scrollHeight) text.style.height = `${Math.min(text.scrollHeight, 180)}px`;
}

function write(item) {
  const form = item instanceof FormData;
  if (form) item.append("user", state.current);
  return post("/sim/messages", form ? item : { user: state.current, ...item });
}

function sendText(value) {
  if (value.trim()) return write({ text: value });
}

async function pressStart() {
  const chat = chatOf(state.current);
  if (chat.state === "blocked") {
    if (await post(`/sim/chats/${chat.id}/state`, { state: "open" })) { chat.state = "open"; drawFoot(); }
    return;
  }
  const payload = state.pendingStart?.user === state.current ? state.pendingStart.payload : "";
  state.pendingStart = null;
  await write({ start: payload });
}

function sendLocation() {
  write({ location: { latitude: -6.24311, longitude: 106.84312 } });
}

function sendContact() {
  const person = state.people.get(state.current);
  write({ contact: { phone_number: "0812-0000-0001", first_name: person.first_name, user_id: person.id } });
}

let fileKind = "document";
function chooseFile(kind) {
  fileKind = kind;
  const input = $("file");
  input.accept = { photo: "image/png,image/jpeg,image/webp,image/gif", voice: "audio/*", document: "" }[kind];
  input.value = "";
  input.click();
}

$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  if (!file) return;
  const form = new FormData();
  form.append(fileKind, file, file.name);
  if (text.value.trim()) { form.append("caption", text.value.trim()); text.value = ""; grow(); }
  write(form);
});

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const value = text.value;
  if (!value.trim()) return;
  text.value = "";
  grow();
  closeMenus();
  sendText(value);
  text.focus();
});
text.addEventListener("keydown", (event) => {
  const list = $("commands");
  if (!list.hidden && ["ArrowDown", "ArrowUp", "Tab"].includes(event.key)) {
    event.preventDefault();
    return focusItem(list, event.key === "ArrowUp" ? -1 : 0);
  }
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
});
text.addEventListener("input", () => {
  grow();
  if (/^\/\w*$/.test(text.value)) showCommands(text.value.slice(1).toLowerCase());
  else closeMenus();
});
$("start").addEventListener("click", pressStart);
$("down").addEventListener("click", () => toBottom(true));
scroller.addEventListener("scroll", () => {
  const chat = state.chats.get(state.current);
  atBottom = nearBottom();
  if (chat && atBottom && chat.unread) { chat.unread = 0; drawRows(); }
  drawDown();
}, { passive: true });

/* ---------- menus and dialogs ---------- */

const MENUS = [["commands", "menu-button"], ["attach-menu", "attach"], ["more-menu", "more"]];

function closeMenus() {
  for (const [menu, button] of MENUS) {
    $(menu).hidden = true;
    $(button).setAttribute("aria-expanded", "false");
  }
}

function toggle(menu, items) {
  const opened = !$(menu).hidden;
  closeMenus();
  if (opened) return;
  $(menu).replaceChildren(...items);
  $(menu).hidden = false;
  $(MENUS.find(([name]) => name === menu)[1]).setAttribute("aria-expanded", "true");
}

function focusItem(menu, index) {
  const items = [...menu.querySelectorAll("button")];
  items.at(index)?.focus();
}

for (const [menu, button] of MENUS) {
  $(menu).addEventListener("keydown", (event) => {
    const items = [...$(menu).querySelectorAll("button")], at = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items.at(at - 1).focus();
    else if (event.key === "Escape") { closeMenus(); $(button).focus(); } else return;
    event.preventDefault();
  });
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(); });
document.addEventListener("click", (event) => {
  if (!event.target.closest(".menu, [aria-haspopup]")) closeMenus();
});

const menuItem = (name, label, action) => make("button", {
  type: "button", role: "menuitem", onclick: () => { closeMenus(); action(); },
}, icon(name), make("span", {}, label));

function commandItems(prefix) {
  const commands = state.people.get(state.current)?.commands ?? [];
  return commands.filter(({ command }) => command.startsWith(prefix)).map(({ command, description }) =>
    make("li", { role: "presentation" }, make("button", {
      type: "button", role: "option",
      onclick: () => { closeMenus(); text.value = ""; grow(); sendText(`/${command}`); },
    }, make("span", { class: "command" }, `/${command}`), make("span", { class: "command-text" }, description))));
}

function showCommands(prefix) {
  const items = commandItems(prefix);
  closeMenus();
  if (items.length) toggle("commands", items);
}

$("menu-button").addEventListener("click", () => toggle("commands", commandItems("")));
$("attach").addEventListener("click", () => toggle("attach-menu", [
  menuItem("photo", say("photo"), () => chooseFile("photo")),
  menuItem("voice", say("voice"), () => chooseFile("voice")),
  menuItem("document", say("document"), () => chooseFile("document")),
  menuItem("sticker", say("sticker"), () => write({ sticker: { emoji: "👍" } })),
  menuItem("location", say("location"), sendLocation),
  menuItem("contact", say("contact"), sendContact),
  menuItem("forward", say("forward"), () => $("forward").showModal()),
]));
$("more").addEventListener("click", () => {
  const chat = chatOf(state.current);
  const turn = chat.state === "blocked" ? "open" : "blocked";
  toggle("more-menu", [
    menuItem("link", say("copyLink"), () => copy(location.href)),
    menuItem("block", say(turn === "open" ? "unblock" : "block"), async () => {
      if (await post(`/sim/chats/${chat.id}/state`, { state: turn })) { chat.state = turn; drawFoot(); }
    }),
    menuItem(isDark() ? "sun" : "moon", say(isDark() ? "light" : "dark"), turnTheme),
  ]);
});
$("keyboard-button").addEventListener("click", () => {
  const box = $("reply-keyboard");
  box.dataset.closed = box.hidden ? "" : "yes";
  drawReplyKeyboard(state.chats.get(state.current));
});
$("back").addEventListener("click", () => { $("app").dataset.view = "list"; });
$("add").addEventListener("click", () => $("person").showModal());
$("person-cancel").addEventListener("click", () => $("person").close());
$("forward-cancel").addEventListener("click", () => $("forward").close());
$("viewer").addEventListener("click", () => $("viewer").close());
$("person-form").addEventListener("submit", async () => {
  const name = $("person-name").value.trim();
  $("person-name").value = "";
  await addPerson(name, $("person-language").value);
});
$("forward-form").addEventListener("submit", () => {
  write({ text: $("forward-text").value, forward_from: $("forward-name").value });
  $("forward-text").value = "";
});

async function addPerson(name, language) {
  const person = await post("/sim/users", { name, language_code: language });
  if (!person) return null;
  remember(person);
  open(person.id);
  return person;
}

/** Somebody whom the server has just named; what the bot tells them follows as an event of its own. */
function remember(person) {
  if (!state.people.has(person.id)) state.people.set(person.id, { description: "", commands: [], ...person });
}

/* ---------- light and dark ---------- */

const isDark = () => document.documentElement.dataset.theme === "dark" ||
  (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
function drawTheme() { $("theme").replaceChildren(icon(isDark() ? "sun" : "moon")); }
function turnTheme() {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* private window: the choice lasts until it closes */ }
  drawTheme();
}
try { document.documentElement.dataset.theme = localStorage.getItem("theme") ?? ""; } catch { /* as above */ }
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawTheme);
$("theme").addEventListener("click", turnTheme);

/* ---------- what happens ---------- */

const HAPPENINGS = {
  snapshot(event) {
    state.bot = event.bot;
    state.people = new Map(event.people.map((person) => [person.id, person]));
    state.waiting = new Set();
    const before = state.chats;
    state.chats = new Map();
    const waiting = new Set(event.waiting);
    for (const one of event.chats) {
      const chat = chatOf(one.id), old = before.get(one.id);
      Object.assign(chat, { state: one.state, keyboard: one.keyboard, draft: old?.draft ?? "", unread: old?.unread ?? 0, reactions: old?.reactions ?? new Map() });
      for (const message of one.messages) {
        chat.messages.set(message.message_id, message);
        if (waiting.has(message.message_id) && isMine(message)) state.waiting.add(`${one.id}/${message.message_id}`);
      }
    }
    begin();
  },
  user(event) {
    state.people.set(event.user.id, event.user);
    drawRows();
    if (event.user.id === state.current) { drawLog(); drawFoot(); }
  },
  message(event) {
    const { message } = event, chat = chatOf(event.chat);
    if (message.chat.type !== "private") return;
    if (!state.people.has(event.chat) && isMine(message)) remember(message.from);
    chat.messages.set(message.message_id, message);
    chat.keyboard = event.keyboard;
    if (isMine(message)) { state.waiting.add(`${chat.id}/${message.message_id}`); chat.state = "open"; } else chat.typing = 0;
    settle(chat, message, true);
  },
  edit(event) {
    const chat = chatOf(event.chat);
    chat.messages.set(event.message.message_id, event.message);
    settle(chat, event.message, false);
  },
  delete(event) {
    const chat = chatOf(event.chat);
    chat.messages.delete(event.message_id);
    if (chat.id === state.current) { drawLog(); drawDown(); }
    drawRows();
  },
  taken(event) {
    state.waiting.delete(`${event.chat}/${event.message_id}`);
    if (event.chat === state.current) {
      const mark = log.querySelector(`[data-id="${event.message_id}"] .ticks`);
      mark?.replaceWith(ticks(true));
    }
  },
  action(event) {
    const chat = chatOf(event.chat);
    chat.typing = Date.now() + 5000;
    setTimeout(() => { drawRows(); if (chat.id === state.current) drawHead(); }, 5100);
    drawRows();
    if (chat.id === state.current) drawHead();
  },
  answer(event) {
    if (event.user !== state.current) return;
    for (const busy of log.querySelectorAll(`[data-id="${event.message_id}"] .busy`)) busy.classList.remove("busy");
    if (!event.text) return;
    if (!event.show_alert) return toast(event.text);
    $("alert-text").textContent = event.text;
    $("alert").showModal();
  },
  reaction(event) {
    const chat = chatOf(event.chat), message = chat.messages.get(event.message_id);
    if (event.emoji) chat.reactions.set(event.message_id, event.emoji);
    else chat.reactions.delete(event.message_id);
    if (message) settle(chat, message, false);
  },
};

function settle(chat, message, isNew) {
  if (chat.id === state.current) {
    drawMessage(chat, message);
    drawHead();
    drawFoot();
    if (nearBottom()) toBottom();
  } else if (isNew && !isMine(message)) chat.unread += 1;
  drawRows();
}

/** After a snapshot: keep the conversation that was open, or open the one that the address asks for. */
let begun = false;
async function begin() {
  drawRows();
  if (begun && state.people.has(state.current)) {
    const stay = nearBottom();
    drawHead();
    drawLog();
    drawFoot();
    if (stay) toBottom();
    return;
  }
  begun = true;
  const asked = new URL(location.href).searchParams;
  const wanted = asked.get("user"), payload = asked.get("start");
  let person = wanted && ([...state.people.values()].find((one) => String(one.id) === wanted || nameOf(one) === wanted));
  if (!person && (wanted || state.people.size === 0)) {
    const number = /^\d+$/.test(wanted ?? "") ? Number(wanted) : undefined;
    person = await post("/sim/users", { name: number ? say("me") : wanted ?? say("me"), ...(number ? { id: number } : {}), language_code: asked.get("language") ?? "id" });
    if (person) remember(person);
  }
  person ??= state.people.values().next().value;
  if (!person) return;
  if (payload !== null) state.pendingStart = { user: person.id, payload };
  open(person.id, wanted || state.people.size === 1 ? "chat" : "list");
}

function listen() {
  const source = new EventSource("/sim/events");
  source.addEventListener("message", ({ data }) => {
    const event = JSON.parse(data);
    HAPPENINGS[event.kind]?.(event);
  });
  source.addEventListener("error", () => { $("status").textContent = say("lost"); });
}

document.documentElement.lang = LANGUAGE;
for (const element of document.querySelectorAll("[data-label]")) {
  element.setAttribute("aria-label", say(element.dataset.label));
  if (element.tagName === "BUTTON") element.title = say(element.dataset.label);
}
for (const element of document.querySelectorAll("[data-text]")) element.textContent = say(element.dataset.text);
text.placeholder = say("placeholder");
for (const [id, name] of [["add", "add"], ["back", "back"], ["more", "more"], ["attach", "attach"], ["keyboard-button", "keyboard"], ["send", "send"], ["viewer-close", "close"]]) {
  $(id).append(icon(name));
}
$("menu-button").prepend(icon("menu"));
$("down").prepend(icon("down"));
drawTheme();
drawHead();
drawFoot();
listen();
