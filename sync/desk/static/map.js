// Moving over the map and zooming it, by mouse, touch, keys and buttons. What is seen stays when the map is drawn anew.
(function () {
  "use strict";

  var MOST = 24, VILLAGES_FROM = 4, AFFECTED_FROM = 2, STEP = 1.5;
  var view = null; // {x, y, zoom}: the middle, and how many times larger than the whole sheet
  var drag = null;

  function map() { return document.getElementById("map"); }

  function sheet() { return { width: Number(map().dataset.width), height: Number(map().dataset.height) }; }

  function within(value, least, most) { return Math.min(most, Math.max(least, value)); }

  function show() {
    var all = sheet(), width = all.width / view.zoom, height = all.height / view.zoom;
    view.x = within(view.x, 0, all.width);
    view.y = within(view.y, 0, all.height);
    map().setAttribute("viewBox", [view.x - width / 2, view.y - height / 2, width, height].join(" "));
    label(unit());
  }

  // How many units of the sheet a pixel is.
  function unit() {
    var all = sheet(), box = map().getBoundingClientRect();
    return Math.max(all.width / view.zoom / box.width, all.height / view.zoom / box.height);
  }

  // Names keep their size on screen; of those that would overlap the more important ones are shown.
  function label(pixel) {
    var close = view.zoom >= VILLAGES_FROM, closer = view.zoom >= AFFECTED_FROM, taken = [];
    map().querySelectorAll("circle.dot").forEach(function (dot) {
      var focus = dot.classList.contains("focus");
      dot.setAttribute("r", (focus ? 6 : 3) * pixel);
      dot.classList.toggle("hidden", !focus && !(dot.classList.contains("near") ? close : closer));
    });
    map().querySelectorAll("pattern").forEach(function (pattern) {
      pattern.setAttribute("patternTransform", "scale(" + pixel + ") rotate(" + pattern.dataset.turned + ")");
    });
    Array.from(map().querySelectorAll("text")).sort(function (one, other) { return rank(other) - rank(one); })
      .forEach(function (name) {
        var size = name.classList.contains("county") ? 17 : name.classList.contains("village") ? 11 : 12.5;
        var x = Number(name.getAttribute("x")), y = Number(name.getAttribute("y"));
        var half = name.textContent.length * size * pixel / 2, tall = size * pixel;
        var lifted = name.classList.contains("village") ? y - 6 * pixel : y + tall / 3;
        var box = [x - half, lifted - tall, x + half, lifted + tall / 4];
        var village = name.classList.contains("village");
        var shown = (!village || close || name.classList.contains("told") && closer || name.classList.contains("focus")) &&
          !taken.some(function (other) {
            return box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3];
          });
        name.classList.toggle("hidden", !shown);
        if (!shown) return;
        taken.push(box);
        name.style.setProperty("font-size", size * pixel + "px");
        name.style.setProperty("stroke-width", 3 * pixel + "px");
        name.setAttribute("dy", lifted - y);
      });
  }

  function rank(name) {
    var has = name.classList;
    return (has.contains("county") ? 10 : has.contains("township") ? 6 : 0) + (has.contains("focus") ? 3 : 0) +
      (has.contains("told") ? 2 : 0);
  }

  function zoom(by, x, y) {
    var next = within(view.zoom * by, 1, MOST), kept = view.zoom / next;
    if (x !== undefined) {
      view.x = x + (view.x - x) * kept;
      view.y = y + (view.y - y) * kept;
    }
    view.zoom = next;
    show();
  }

  function move(right, down) {
    var all = sheet();
    view.x += right * all.width / view.zoom / 8;
    view.y += down * all.height / view.zoom / 8;
    show();
  }

  function whole() {
    var all = sheet();
    view = { x: all.width / 2, y: all.height / 2, zoom: 1 };
    show();
  }

  function look(x, y, level) {
    view = { x: x, y: y, zoom: level === "county" ? 2.5 : level === "township" ? 5 : 10 };
    show();
  }

  // What the map was opened for is in its middle, as large as it fits.
  function begin() {
    if (!map()) return;
    if (view) { show(); return; }
    whole();
    var names = Array.from(map().querySelectorAll("text.focus"));
    if (!names.length) return;
    var found = names.map(function (name) { return [Number(name.getAttribute("x")), Number(name.getAttribute("y"))]; });
    if (found.length === 1) {
      look(found[0][0], found[0][1], names[0].classList[0]);
      return;
    }
    var xs = found.map(function (at) { return at[0]; }), ys = found.map(function (at) { return at[1]; });
    var left = Math.min.apply(null, xs), right = Math.max.apply(null, xs);
    var top = Math.min.apply(null, ys), bottom = Math.max.apply(null, ys), all = sheet();
    var fits = Math.min(all.width / (right - left + 60), all.height / (bottom - top + 60));
    view = { x: (left + right) / 2, y: (top + bottom) / 2, zoom: within(fits, 1, 6) };
    show();
  }

  function at(event) {
    var point = new DOMPoint(event.clientX, event.clientY).matrixTransform(map().getScreenCTM().inverse());
    return [point.x, point.y];
  }

  document.addEventListener("keydown", function (event) {
    if (event.target !== map() || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case "ArrowLeft": move(-1, 0); break;
      case "ArrowRight": move(1, 0); break;
      case "ArrowUp": move(0, -1); break;
      case "ArrowDown": move(0, 1); break;
      case "+": case "=": zoom(STEP); break;
      case "-": case "_": zoom(1 / STEP); break;
      case "0": case "Home": whole(); break;
      default: return;
    }
    event.preventDefault();
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button || !map()) return;
    if (button.dataset.zoom === "in") zoom(STEP);
    else if (button.dataset.zoom === "out") zoom(1 / STEP);
    else if (button.dataset.zoom === "all") whole();
    else if (button.dataset.x) look(Number(button.dataset.x), Number(button.dataset.y), button.dataset.level);
  });

  document.addEventListener("wheel", function (event) {
    if (!event.target.closest("#map")) return;
    event.preventDefault();
    var here = at(event);
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, here[0], here[1]);
  }, { passive: false });

  document.addEventListener("pointerdown", function (event) {
    if (!event.target.closest("#map") || event.button !== 0) return;
    drag = { from: [event.clientX, event.clientY], x: view.x, y: view.y, moved: false };
  });

  document.addEventListener("pointermove", function (event) {
    if (!drag || !map()) return;
    var right = event.clientX - drag.from[0], down = event.clientY - drag.from[1];
    if (!drag.moved && Math.hypot(right, down) < 4) return;
    drag.moved = true;
    map().classList.add("dragged");
    var pixel = unit();
    view.x = drag.x - right * pixel;
    view.y = drag.y - down * pixel;
    show();
  });

  document.addEventListener("pointerup", function () {
    if (map()) map().classList.remove("dragged");
    setTimeout(function () { drag = null; }, 0); // after the click that ends a drag, which opens nothing
  });

  document.addEventListener("click", function (event) {
    if (drag && drag.moved) event.preventDefault();
  }, true);
  document.addEventListener("dragstart", function (event) { if (event.target.closest("#map")) event.preventDefault(); });

  window.addEventListener("resize", function () { if (map() && view) show(); });
  document.addEventListener("htmx:afterSwap", begin);
  begin();
})();
