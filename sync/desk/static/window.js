// A long list of parts is narrowed by typing; a form is sent once, however often its button is pressed.
for (const field of document.querySelectorAll("[data-narrows]")) {
  const items = document.getElementById(field.dataset.narrows).children;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase();
    for (const item of items) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}

const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // what came back from the browser's memory is of another moment
});
