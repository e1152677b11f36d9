// Arrow keys in the tree: its lines are native details and links, which Enter and Tab work on anyway. States are asked
// for again when the hub has something new: a line changes where it stands, what is open stays open, the focus stays.
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

  function lineOf(item) { return item.querySelector(":scope > details > summary, :scope > a.leaf"); }

  function keyed(items) {
    return new Map(Array.from(items).filter(function (one) { return one.dataset.key; }).map(function (one) {
      return [one.dataset.key, one];
    }));
  }

  function renewLines(list, items) {
    var shown = keyed(list.children);
    keyed(items).forEach(function (item, key) {
      var mine = shown.get(key), line = mine && lineOf(mine), fresh = lineOf(item);
      if (line && fresh && line.innerHTML !== fresh.innerHTML) line.innerHTML = fresh.innerHTML;
    });
  }

  function windowsIn(items) {
    return Array.from(items).filter(function (one) { return one.matches("li.window"); });
  }

  function renewWindows(list, items) {
    var shown = windowsIn(list.children), fresh = windowsIn(items);
    function text(some) { return some.map(function (one) { return one.innerHTML; }).join("\n"); }
    if (text(shown) === text(fresh)) return;
    shown.forEach(function (one) { one.remove(); });
    list.prepend.apply(list, fresh);
  }

  // A long list came in several parts: the next one is asked for only while lines of it are shown.
  async function renew(list) {
    var left = new Set(keyed(list.children).keys()), first = true;
    for (var url = list.dataset.lines; url && left.size;) {
      var answer = await fetch(url);
      if (!answer.ok) return;
      var page = new DOMParser().parseFromString(await answer.text(), "text/html");
      var items = (page.getElementById("tree") || page.body).children;
      renewLines(list, items);
      if (first && list.id !== "tree") renewWindows(list, items);
      if (list.id === "tree") renewTime(page);
      keyed(items).forEach(function (_, key) { left.delete(key); });
      var more = page.querySelector("li.more > a[hx-get]");
      url = more && more.getAttribute("hx-get");
      first = false;
    }
  }

  function renewTime(page) {
    var shown = document.querySelector(".as-of time"), fresh = page.querySelector(".as-of time");
    if (shown && fresh) shown.replaceWith(fresh);
  }

  var renewing = false, again = false;

  async function renewAll() {
    if (renewing) { again = true; return; }
    renewing = true;
    try {
      var open = document.querySelectorAll("#tree, #tree details[open] > ul[data-lines]");
      for (var list of open) await renew(list);
    } catch (problem) {
      if (!(problem instanceof TypeError)) throw problem;  // the hub does not answer: the next event asks again
    } finally {
      renewing = false;
    }
    if (again) { again = false; renewAll(); }
  }

  document.addEventListener("hub-change", renewAll, true);
  setInterval(renewAll, 30000);

  var here = document.getElementById("here");
  if (here) { here.focus(); here.scrollIntoView({ block: "center" }); }
})();
