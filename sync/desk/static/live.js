// The hub says that something was written: what shows it asks again. What is typed stands outside of what is replaced.
let known = null;
const events = new EventSource("/events");

events.addEventListener("change", (event) => {
  const { revision } = JSON.parse(event.data);
  if (known !== null && revision !== known) document.body.dispatchEvent(new Event("hub-change"));
  known = revision;
});
