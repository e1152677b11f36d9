// Arrow keys in the tree: its lines are native details and links, which Enter and Tab work on anyway.
(function () {
  "use strict";

  function lines() {
    return Array.from(document.querySelectorAll("#tree summary, #tree a.leaf")).filter(function (one) {
      return one.checkVisibility();
    });
  }

  function focus(line) { if (line) line.focus(); }

  document.addEventListener("keydown", function (event) {
    var line = event.target;
    if (!line.closest || !line.closest("#tree") || !line.matches("summary, a.leaf")) return;
    var all = lines(), at = all.indexOf(line);
    var details = line.matches("summary") ? line.parentNode : null;
    var above = (details || line).parentNode.closest("details");
    switch (event.key) {
      case "ArrowDown": focus(all[at + 1]); break;
      case "ArrowUp": focus(all[at - 1]); break;
      case "Home": focus(all[0]); break;
      case "End": focus(all[all.length - 1]); break;
      case "ArrowRight":
        if (details && details.open) focus(all[at + 1]); else if (details) details.open = true;
        break;
      case "ArrowLeft":
        if (details && details.open) details.open = false; else if (above) focus(above.querySelector("summary"));
        break;
      default: return;
    }
    event.preventDefault();
  });

  // What "more" brought in its place is gone on from.
  document.addEventListener("htmx:beforeSwap", function (event) {
    var more = event.detail.target;
    if (!more.matches || !more.matches("li.more")) return;
    var before = more.previousElementSibling;
    document.addEventListener("htmx:afterSettle", function () {
      var first = before && before.nextElementSibling;
      focus(first && first.querySelector("summary, a.leaf"));
    }, { once: true });
  });

  var here = document.getElementById("here");
  if (here) { here.focus(); here.scrollIntoView({ block: "center" }); }
})();
