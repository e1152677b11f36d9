// Entering a window: places picked from the list become chips, buttons fill in the ETR. The preview is htmx's.
const form = document.getElementById("entry");
const field = document.getElementById("place");
const chips = document.getElementById("chips");
const words = document.getElementById("words").dataset;
const picked = document.getElementById("picked");

function changed(said) {
  picked.textContent = said;
  document.body.dispatchEvent(new Event("scope-changed"));
}

function wordOf(kind) {
  return words[kind.replace(/_(.)/g, (_, letter) => letter.toUpperCase())];
}

field.addEventListener("place-picked", ({ detail }) => {
  const value = `${detail.kind}:${detail.id}`;
  if ([...chips.querySelectorAll("input")].some((one) => one.value === value)) return;
  const chip = document.getElementById("chip").content.cloneNode(true);
  chip.querySelector("input").value = value;
  chip.querySelector("small").textContent = wordOf(detail.kind);
  chip.querySelector("span").textContent = detail.label;
  const button = chip.querySelector("button");
  button.setAttribute("aria-label", `${button.dataset.label} ${detail.label}`);
  chips.append(chip);
  field.removeAttribute("aria-invalid");
  changed(`${words.added} ${detail.label}`);
});

function remove(chip) {
  const label = chip.querySelector("span").textContent;
  chip.remove();
  changed(`${words.removed} ${label}`);
  field.focus();
}

chips.addEventListener("click", (event) => {
  if (event.target.matches("[data-remove]")) remove(event.target.closest("li"));
});

field.addEventListener("keydown", (event) => {
  if (event.key === "Backspace" && field.value === "" && chips.lastElementChild) remove(chips.lastElementChild);
});

// Both fields hold local wall-clock time: the sum is made as if that were UTC, whose days all have 24 hours.
form.addEventListener("click", (event) => {
  const hours = Number(event.target.dataset.hours);
  if (!hours) return;
  const start = Date.parse(`${form.elements.start.value}Z`);
  if (Number.isNaN(start)) return;
  form.elements.etr.value = new Date(start + hours * 3_600_000).toISOString().slice(0, 16);
  form.elements.etr.dispatchEvent(new Event("change", { bubbles: true }));
});
