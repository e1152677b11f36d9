// The keys of the lookup page: down from the field into the results, up and down between them, Esc back.
(function () {
  "use strict";

  function results() { return Array.from(document.querySelectorAll("#results a")); }

  document.addEventListener("keydown", function (event) {
    var field = document.getElementById("q");
    var all = results();
    var at = all.indexOf(document.activeElement);
    if (event.key === "ArrowDown" && (document.activeElement === field || at >= 0)) {
      if (all[at + 1]) all[at + 1].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (all[at - 1] || field).focus();
    } else if (event.key === "Escape" && document.activeElement !== field) {
      field.focus();
      field.select();
    } else {
      return;
    }
    event.preventDefault();
  });

  // A card that was opened is read from its head, and its result is the current one.
  document.addEventListener("htmx:afterSettle", function () {
    var head = document.getElementById("card-head");
    var address = new URLSearchParams(location.search);
    results().forEach(function (one) {
      var own = new URLSearchParams(one.search);
      var current = own.get("kind") === address.get("kind") && own.get("id") === address.get("id");
      if (current) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    });
    if (head && document.activeElement && document.activeElement.closest("#results")) head.focus();
  });
})();
