// The ways to the desk's pages. Where they stand beside the page, they are open; above it, on a narrow screen, folded.
// Up and Down lead from one to the next, for there are many for Tab; Home and End to the first and the last.
const ways = document.querySelector("nav.side");

if (ways !== null) {
  const beside = matchMedia("(min-width: 60.01rem)");
  const fold = () => { ways.firstElementChild.open = beside.matches; };
  beside.addEventListener("change", fold);
  fold();
  ways.addEventListener("keydown", (event) => {
    const all = [...ways.querySelectorAll("a")];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined || all[next] === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    all[next].focus();
    event.preventDefault();
  });
}
