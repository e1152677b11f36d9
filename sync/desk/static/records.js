// Keys of the record pages: / finds, n adds, Ctrl+Enter saves.
"use strict";
(() => {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const save = document.getElementById("save");
      if (save) save.click();
      return;
    }
    const typing = event.target.matches("input, select, textarea");
    if (typing || event.ctrlKey || event.altKey || event.metaKey) return;
    const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!wanted) return;
    event.preventDefault();
    if (wanted.matches("a")) wanted.click();
    else wanted.focus();
  });
})();
