// What was revealed goes from the screen when its time is up.
(function () {
  "use strict";

  document.querySelectorAll("output.revealed").forEach(function (shown) {
    setTimeout(function () { shown.textContent = "***"; }, Number(shown.dataset.seconds) * 1000);
  });
})();
