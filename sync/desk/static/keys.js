// Single keys, for who has no hand for the mouse: never in a field, never with a modifier, and they can be switched off
// (WCAG 2.2, 2.1.4). An element with data-key is clicked, or focused where one types into it.
const OFF = "switchboard-keys-off";
const help = document.getElementById("keys");
const enabled = document.getElementById("keys-on");

enabled.checked = localStorage.getItem(OFF) === null;
enabled.addEventListener("change", () => {
  if (enabled.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
});

function typing(target) {
  return target.closest("input:not([type=checkbox], [type=radio]), select, textarea, dialog[open]") !== null;
}

function press(key) {
  const wanted = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (key === "?") help.showModal();
  else if (wanted !== null && wanted.matches("input")) wanted.focus();
  else if (wanted !== null) wanted.click();
  else if (key === "d") location.assign("/desk");
  else return false;
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || typing(event.target)) return;
  if (!enabled.checked && event.key !== "?") return;
  if (press(event.key.toLowerCase())) event.preventDefault();
});
