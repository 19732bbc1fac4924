// The keyboard: `/` searches, `g h` goes home, `j k` walk a list, `?` shows the keys. Nothing on a page needs this.
"use strict";
(() => {
  const busy = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("[data-row]")];
  let leader = 0;

  function walk(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.hasAttribute("data-current"));
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    all.forEach((row) => row.removeAttribute("data-current"));
    next.setAttribute("data-current", "");
    const link = next.querySelector("a");
    if (link) link.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open], details.term[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (busy(event.target)) return;
    const after = Date.now() - leader < 1200;
    leader = 0;
    if (event.key === "/") {
      const box = [...document.querySelectorAll("[data-key-search]")].reverse().find((one) => one.offsetParent !== null);
      if (box) { event.preventDefault(); box.focus(); box.select(); }
    } else if (event.key === "g") {
      leader = Date.now();
    } else if (event.key === "h" && after) {
      window.location.assign("/");
    } else if (event.key === "j") {
      walk(1);
    } else if (event.key === "k") {
      walk(-1);
    } else if (event.key === "?") {
      const dialog = document.getElementById("keys-dialog");
      if (dialog && !dialog.open) dialog.showModal();
    }
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open], details.term[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.menu") && event.target.open) {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        if (menu !== event.target) menu.open = false;
      });
    }
  }, true);

  // The proof of the form goes with every request of htmx, from the page's own cookie or hidden field.
  document.addEventListener("htmx:configRequest", (event) => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (field) event.detail.headers["X-CSRFToken"] = field.value;
  });

  const summary = document.querySelector("[data-focus]");
  if (summary && !summary.closest("[data-example]")) summary.focus();
  const strip = document.getElementById("strip");
  if (strip && getComputedStyle(strip).position === "sticky") {
    new ResizeObserver(() => document.documentElement.style.setProperty("--strip-height", `${strip.offsetHeight}px`)).observe(strip);
  }
})();
