"use strict";
/* Live updates, sound, notifications, shortcuts. Everything here is an extra: pages work without it. */
(() => {
  const body = document.body;
  const byId = (id) => document.getElementById(id);
  for (const extra of document.querySelectorAll(".js")) extra.hidden = false;

  /* Sound and notifications, only after somebody asked for them. */
  const sound = byId("sound");
  const wanted = () => localStorage.getItem("bekal-sound") === "on";
  let audio = null;
  function show() {
    if (sound) sound.setAttribute("aria-pressed", String(wanted()));
  }
  function beep() {
    if (!wanted()) return;
    audio = audio || new AudioContext();
    [0, 0.22, 0.44].forEach((start) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = 740;
      volume.gain.setValueAtTime(0.18, audio.currentTime + start);
      volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.18);
      tone.connect(volume).connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + 0.2);
    });
  }
  if (sound) {
    show();
    sound.addEventListener("click", async () => {
      localStorage.setItem("bekal-sound", wanted() ? "off" : "on");
      show();
      beep();
      if (wanted() && "Notification" in window && Notification.permission === "default") {
        await Notification.requestPermission();
      }
    });
  }

  /* News from the server: which case, never what was said. */
  const title = document.title;
  let unseen = 0;
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      unseen = 0;
      document.title = title;
    }
  });
  let rung = 0;
  function ring() {
    if (Date.now() - rung > 3000) beep();  /* many at once ring once */
    rung = Date.now();
  }
  function tell(news, said) {
    const text = `${said}: ${news.name}`;
    unseen += 1;
    document.title = `(${unseen}) ${text}`;
    const toast = byId("toast");
    if (toast) {
      const link = toast.querySelector("a");
      link.textContent = text;
      link.href = `/desk/${news.case}?tab=${news.danger ? "danger" : "mine"}`;
      toast.hidden = false;
      setTimeout(() => { toast.hidden = true; }, 20000);
    }
    if (wanted() && document.hidden && "Notification" in window && Notification.permission === "granted") {
      new Notification(text, { tag: `case-${news.case}` });
    }
  }
  function hear(news) {
    const mine = news.by === body.dataset.me;
    if (news.danger) {
      tell(news, `⚠ ${body.dataset.danger}`);
      ring();
    } else if (mine && news.what === "assigned") {
      tell(news, body.dataset.handed);
    } else if (mine && news.what === "reported" && (document.hidden || String(news.case) !== body.dataset.case)) {
      tell(news, body.dataset.wrote);
    }
  }
  let later = 0;
  function refresh(event) {
    if (window.htmx) window.htmx.trigger(body, event);
  }
  if (body.dataset.live) {
    const source = new EventSource(body.dataset.live);
    let opened = false;
    source.addEventListener("open", () => {
      if (opened) { refresh("desk-news"); refresh("case-news"); }
      opened = true;
      body.dataset.connected = "yes";
    });
    source.addEventListener("error", () => { delete body.dataset.connected; });
    source.addEventListener("ended", () => { source.close(); location.assign("/sign-in"); });
    source.addEventListener("message", (message) => {
      const news = JSON.parse(message.data);
      hear(news);
      if (String(news.case) === body.dataset.case) refresh("case-news");
      /* Many at once make one look. */
      clearTimeout(later);
      later = setTimeout(() => refresh("desk-news"), 300);
    });
  }
  /* Do not pull the list away from under somebody who uses it. */
  body.addEventListener("htmx:beforeRequest", (event) => {
    const list = event.target;
    if (list.id === "list" && list.querySelector(".filters :focus, .find :focus")) event.preventDefault();
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "list") {
      const at = document.activeElement;
      event.detail.focusHref = at && list_href(at);
      body.dataset.focusHref = event.detail.focusHref || "";
    }
  });
  function list_href(element) {
    return element.closest && element.closest("#list") ? element.getAttribute("href") : "";
  }
  body.addEventListener("htmx:afterSettle", () => {
    const href = body.dataset.focusHref;
    if (href) {
      const link = [...document.querySelectorAll("#list a")].find((each) => each.getAttribute("href") === href);
      if (link) link.focus();
      body.dataset.focusHref = "";
    }
  });
  const end = byId("live");
  if (end && !location.hash) {
    const entries = end.querySelectorAll(".entry");
    const pane = end.closest(".pane");
    if (entries.length && pane && pane.scrollHeight > pane.clientHeight && getComputedStyle(pane).overflowY === "auto") {
      entries[entries.length - 1].scrollIntoView({ block: "center" });
    }
  }

  /* A form is sent once. */
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (button && !event.defaultPrevented && event.target.method === "post" && !button.hasAttribute("hx-post")) {
      setTimeout(() => { button.disabled = true; }, 0);
    }
  });
  window.addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[disabled]")) button.disabled = false;
  });

  /* A chat box is empty again once its words are answered. */
  body.addEventListener("htmx:afterRequest", (event) => {
    const box = event.detail.successful && event.target.dataset.clear && byId(event.target.dataset.clear);
    if (box) { box.value = ""; box.focus(); }
  });

  /* Canned replies. */
  document.addEventListener("click", (event) => {
    const use = event.target.closest && event.target.closest("[data-use]");
    if (!use) return;
    const text = byId("text");
    text.value = text.value ? `${text.value.trimEnd()}\n\n${use.dataset.use}` : use.dataset.use;
    text.focus();
  });

  /* Shortcuts. */
  const keys = byId("keys");
  const help = byId("help");
  if (help && keys) help.addEventListener("click", () => keys.showModal());
  function step(by) {
    const links = [...document.querySelectorAll("#list .case")];
    if (!links.length) return;
    const from = links.findIndex((link) => link === document.activeElement || link.getAttribute("aria-current"));
    const focused = links.indexOf(document.activeElement);
    const at = (focused >= 0 ? focused : from) + by;
    links[Math.max(0, Math.min(links.length - 1, at))].focus();
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
      event.preventDefault();
      byId("reply-form").requestSubmit(byId("reply-form").querySelector("button[value=send]"));
      return;
    }
    if (event.key === "Escape" && typing) { event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !body.dataset.live || (keys && keys.open)) return;
    const act = {
      j: () => step(1),
      k: () => step(-1),
      t: () => byId("take") && byId("take").focus(),
      r: () => byId("text") && byId("text").focus(),
      n: () => { if (byId("note-fold")) { byId("note-fold").open = true; byId("note").focus(); } },
      "/": () => { if (byId("canned")) { byId("canned").open = true; byId("canned").querySelector("summary").focus(); } },
      "?": () => keys.showModal(),
    }[event.key.toLowerCase()];
    const tab = /^[1-5]$/.test(event.key) ? document.querySelectorAll(".tabs a")[Number(event.key) - 1] : null;
    if (act) { event.preventDefault(); act(); }
    if (tab) { event.preventDefault(); tab.click(); }
  });
})();
