/* Saves the business case while it is typed: two seconds after the last key, one request at a time.

   What was not saved stays in this page and is tried again, offline or signed out; nothing is overwritten in a box
   where somebody types. The form works without this file. */
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const PAUSE = 2000, LONGEST_WAIT = 60000;
  const words = form.dataset;
  const state = form.querySelector("[data-state]");
  const revision = form.elements.namedItem("base_revision");
  let dirty = new Set(), sending = false, timer = 0, wait = PAUSE, leaving = false, blocked = "";

  const say = (is, text) => {
    state.dataset.is = is;
    if (state.textContent !== text) state.textContent = text;
  };
  const clock = (at) => at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const keyOf = (name) => name.replace(/-(row|table|asked)$/, "").split("/")[0];

  const rowsOf = (key) => [...form.querySelectorAll(`input[name="${key}-row"]`)].map((input) => {
    const row = { id: input.value };
    for (const box of form.querySelectorAll(`[name^="${key}/${CSS.escape(input.value)}/"]`)) {
      const cell = box.name.split("/")[2];
      if (cell.endsWith("-asked")) { row[cell.slice(0, -6)] ??= ""; continue; }
      if (box.type === "radio" && !box.checked) { row[cell] ??= ""; continue; }
      row[cell] = box.value;
    }
    return row;
  });
  const answerOf = (key) => {
    if (form.elements.namedItem(`${key}-table`)) return rowsOf(key);
    const box = form.elements.namedItem(key);
    return box === null ? "" : box.value;
  };
  const token = () => form.elements.namedItem("csrfmiddlewaretoken");

  const renewToken = async () => {
    const page = await fetch(window.location.href, { redirect: "error", headers: { Accept: "text/html" } });
    const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("form[data-autosave] [name=csrfmiddlewaretoken]");
    if (found) token().value = found.value;
    return Boolean(found);
  };

  const later = (after) => { window.clearTimeout(timer); timer = window.setTimeout(save, after); };

  const save = async () => {
    if (sending) return later(PAUSE);
    if (!dirty.size) return;
    const keys = [...dirty];
    dirty = new Set();
    sending = true;
    say("saving", words.saving);
    const body = JSON.stringify({ base_revision: Number(revision.value), changes: Object.fromEntries(keys.map((key) => [key, answerOf(key)])) });
    let answer = null, data = {};
    try {
      answer = await fetch(words.autosave, { method: "PATCH", body, credentials: "same-origin", headers: { "Content-Type": "application/json", "X-CSRFToken": token().value, Accept: "application/json" } });
      data = await answer.json();
    } catch { /* offline, or no JSON: tried again below */ }
    sending = false;
    if (answer && answer.ok && "revision" in data) return saved(data, keys);
    keys.forEach((key) => dirty.add(key));
    if (answer && (answer.status === 401 || answer.status === 403)) {
      say("unsaved", words.signedOut);
      try { if (await renewToken()) wait = PAUSE; } catch { /* still signed out */ }
    } else if (answer && answer.status < 500 && data.reasons) {
      blocked = body;
      return say("refused", `${words.refused} ${data.reasons.map((reason) => reason.sentence).join(" ")}`);
    } else {
      say("unsaved", words.unsaved);
    }
    wait = Math.min(wait * 2, LONGEST_WAIT);
    return later(wait);
  };

  const saved = (data, keys) => {
    wait = PAUSE;
    blocked = "";
    revision.value = data.revision;
    say("saved", `${words.saved} ${clock(new Date(data.saved_at))}`);
    mark(data.problems, keys);
    const clashing = new Set(data.conflicts.map((clash) => clash.field));
    data.conflicts.forEach(offer);
    freshen(data.content, clashing);
    const worth = document.querySelector("[data-worth]");
    if (worth && words.worthUrl) renew(worth);
    if (dirty.size) later(PAUSE);
  };

  const renew = async (worth) => {
    try {
      const page = await fetch(words.worthUrl, { headers: { Accept: "text/html" } });
      if (!page.ok) return;
      const found = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-worth]");
      if (found) worth.replaceWith(found);
    } catch { /* the next save asks again */ }
  };

  /* What others wrote meanwhile comes into boxes that nobody here has touched. */
  const freshen = (content, clashing) => {
    for (const box of form.querySelectorAll("input[type=text], textarea, select")) {
      const [key, row, cell] = box.name.split("/");
      if (dirty.has(key) || clashing.has(box.name) || box === document.activeElement || !(key in content)) continue;
      const now = row ? (content[key].find((line) => line.id === row) || {})[cell] : content[key];
      if (typeof now === "string" && now !== box.value && now.trim() !== box.value.trim()) box.value = now;
    }
  };

  const holder = (name) => document.getElementById(`field-${name}`);
  const mark = (problems, keys) => {
    for (const key of keys) form.querySelectorAll(`[id^="field-${key}"] .field__error[data-live]`).forEach((line) => line.remove());
    for (const problem of problems) {
      const place = holder(problem.field);
      if (!place || place.querySelector(".field__error")) continue;
      const line = document.createElement("div");
      line.className = "field__error";
      line.dataset.live = "";
      line.textContent = problem.remedy ? `${problem.sentence} ${problem.remedy}` : problem.sentence;
      place.querySelector("label, legend").after(line);
    }
  };

  /* Both texts, side by side; whoever types chooses. */
  const offer = (clash) => {
    const place = holder(clash.field);
    const box = form.elements.namedItem(clash.field);
    if (!place || !box) return;
    place.querySelectorAll("[data-clash]").forEach((old) => old.remove());
    const line = document.createElement("div");
    line.dataset.clash = "";
    line.className = "note note--warn";
    const inside = document.createElement("div");
    inside.className = "note__body";
    const says = document.createElement("b");
    says.textContent = words.clash;
    const theirs = document.createElement("blockquote");
    theirs.className = "case-theirs";
    theirs.dir = "auto";
    theirs.textContent = clash.theirs || "–";
    inside.append(says, theirs);
    for (const [label, text] of [[words.mine, clash.yours], [words.theirs, clash.theirs]]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "act act--small";
      button.textContent = label;
      button.addEventListener("click", () => {
        if (label === words.theirs) box.value = text;
        line.remove();
        touched(clash.field);
        box.focus?.();
      });
      inside.append(button, " ");
    }
    line.append(inside);
    place.append(line);
  };

  const touched = (name) => {
    dirty.add(keyOf(name));
    if (!sending) say("typed", words.typed);
    later(PAUSE);
  };
  form.addEventListener("input", (event) => { if (event.target.name) touched(event.target.name); });
  form.addEventListener("change", (event) => { if (event.target.name) touched(event.target.name); });
  form.addEventListener("submit", () => { leaving = true; });
  window.addEventListener("online", () => { if (dirty.size) { wait = PAUSE; later(0); } });
  window.addEventListener("pageshow", () => { leaving = false; });
  window.addEventListener("beforeunload", (event) => { if ((dirty.size || sending) && !leaving) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && dirty.size && blocked === "") later(0); });
})();
