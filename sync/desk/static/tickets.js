// Quick entry of a ticket: the catalogue follows the kind, a picked place fills the field, what is known there is shown.
(function () {
  "use strict";
  var form = document.querySelector("[data-ticket-entry]");
  if (!form) return;
  var kind = form.elements.kind, business = form.elements.business;
  var placeKind = form.elements.place_kind, place = form.elements.q;
  var groups = Array.from(business.querySelectorAll("optgroup"));

  function follow() {
    groups.forEach(function (one) { one.remove(); });
    groups.filter(function (one) { return one.dataset.kind === kind.value; }).forEach(function (one) {
      business.append(one);
    });
    if (business.selectedIndex < 0) business.selectedIndex = 0;
  }

  function ask() {
    var near = document.getElementById("near");
    if (!place.value.trim()) { near.replaceChildren(); return; }
    var asked = { kind: kind.value, place_kind: placeKind.value, place: place.value };
    window.htmx.ajax("POST", "/desk/tickets/near", { target: near, swap: "innerHTML", values: asked });
  }

  form.addEventListener("place-picked", function (event) {
    placeKind.value = event.detail.kind;
    place.value = event.detail.id;
    document.getElementById("place-said").textContent = event.detail.label;
    ask();
  });
  place.addEventListener("input", function () { document.getElementById("place-said").textContent = ""; });
  place.addEventListener("change", ask);
  placeKind.addEventListener("change", ask);
  kind.addEventListener("change", function () { follow(); ask(); });
  form.elements.text.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  follow();
  if (place.getAttribute("aria-invalid") === null) ask();
})();
