// A text field from which places are picked by keys or mouse; htmx fills its list from /desk/find.
//
//   <input data-picker role="combobox" aria-expanded="false" aria-autocomplete="list" aria-controls="LIST" name="q"
//          autocomplete="off" hx-post="/desk/find" hx-params="q" hx-trigger="input changed delay:120ms" hx-target="#LIST">
//   <ul id="LIST" role="listbox" aria-label="…" hidden></ul>
//
// What is picked comes as the event `place-picked` on the field, its detail {kind, id, label}; the field is then empty.
(function () {
  "use strict";

  function listOf(field) { return document.getElementById(field.getAttribute("aria-controls")); }

  function options(field) { return Array.from(listOf(field).querySelectorAll('[role="option"]:not([aria-disabled])')); }

  function current(field) { return document.getElementById(field.getAttribute("aria-activedescendant") || ""); }

  function open(field, shown) {
    listOf(field).hidden = !shown;
    field.setAttribute("aria-expanded", String(shown));
    if (!shown) mark(field, null);
  }

  function mark(field, option) {
    options(field).forEach(function (one) { one.setAttribute("aria-selected", String(one === option)); });
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      field.removeAttribute("aria-activedescendant");
    }
  }

  function step(field, by) {
    var all = options(field);
    if (!all.length) return;
    open(field, true);
    var at = all.indexOf(current(field));
    mark(field, all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length]);
  }

  function pick(field, option) {
    var detail = { kind: option.dataset.kind, id: option.dataset.id, label: option.dataset.label };
    open(field, false);
    listOf(field).replaceChildren();
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true })); // else htmx would not look up the same text again
    field.dispatchEvent(new CustomEvent("place-picked", { bubbles: true, detail: detail }));
  }

  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (!field.matches || !field.matches("input[data-picker]")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      step(field, event.key === "ArrowDown" ? 1 : -1);
      event.preventDefault();
    } else if (event.key === "Enter" && field.value.trim()) {
      var option = current(field) || options(field)[0];
      if (option && !listOf(field).hidden) pick(field, option);
      event.preventDefault();
    } else if (event.key === "Escape" && !listOf(field).hidden) {
      open(field, false);
      event.preventDefault();
    }
  });

  document.addEventListener("mousedown", function (event) {
    var option = event.target.closest('[role="listbox"] [role="option"]:not([aria-disabled])');
    var field = option && document.querySelector('input[data-picker][aria-controls="' + option.parentNode.id + '"]');
    if (!field) return;
    event.preventDefault(); // the focus stays in the field
    pick(field, option);
  });

  document.addEventListener("focusout", function (event) {
    if (event.target.matches("input[data-picker]")) open(event.target, false);
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    var field = document.querySelector('input[data-picker][aria-controls="' + event.detail.target.id + '"]');
    if (!field) return;
    open(field, field.value.trim() !== "" && document.activeElement === field);
    mark(field, options(field)[0] || null);
  });
})();
