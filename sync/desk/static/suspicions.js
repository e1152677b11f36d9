// Buttons fill in a promise: so many hours from now, in the service centre's wall-clock time, whatever the PC's zone is.
const LOCAL = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
});

function show() {
  for (const row of document.querySelectorAll(".quick")) row.hidden = false;
}

document.addEventListener("click", (event) => {
  const hours = Number(event.target.dataset.hours);
  if (!hours) return;
  event.target.form.elements.etr.value = LOCAL.format(Date.now() + hours * 3_600_000).replace(" ", "T");
});
document.body.addEventListener("htmx:afterSwap", show);
show();
