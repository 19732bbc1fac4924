// Saves an assessment while it is written, and counts what is answered. Without this the Save button does the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const revision = form.elements.namedItem("base_revision");
  const said = form.querySelector("[data-saved]");
  const bar = form.querySelector("[data-progress]");
  const words = form.querySelector("[data-progress-words]");
  let timer = 0, sending = false, again = false, stopped = false;

  const filled = (field) => field !== null && field.value.trim() !== "";
  function isDone(section) {
    const chosen = section.querySelector("input[type=radio]:checked");
    const [evidence, comment] = section.querySelectorAll("textarea");
    if (!chosen) return false;
    if (section.dataset.criterion === "answer") return chosen.value === "yes" || filled(evidence);
    return filled(evidence) && (!["1", "5"].includes(chosen.value) || filled(comment ?? null));
  }
  function count() {
    const all = [...form.querySelectorAll("[data-criterion]")];
    const done = all.filter(isDone).length;
    all.forEach((section) => { section.dataset.done = isDone(section) ? "1" : "0"; });
    bar.value = done;
    words.textContent = words.dataset.words.replace("{n}", done).replace("{m}", all.length);
  }
  async function save() {
    if (sending) { again = true; return; }
    sending = true;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" },
      });
      const body = (answer.headers.get("Content-Type") || "").includes("json") ? await answer.json() : null;
      if (answer.ok && body) {
        revision.value = body.revision;
        said.textContent = body.saved;
      } else if (body && body.reasons) {
        stopped = true;
        said.textContent = body.reasons.map((one) => `${one.sentence} ${one.remedy}`.trim()).join(" ");
      }
    } catch {
      timer = setTimeout(save, 10000);
    } finally {
      sending = false;
      if (again) { again = false; save(); }
    }
  }
  function changed() {
    count();
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(save, 1200);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); stopped = true; });
})();
