// The pages of the review. Nothing here is needed: a page prints, saves and sends without it.
"use strict";
(() => {
  document.querySelectorAll("[data-print]").forEach((one) => {
    one.hidden = false;
    one.addEventListener("click", () => window.print());
  });
})();
