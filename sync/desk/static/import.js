// Sends a file part by part, so that a long one shows how far it is; without this script it goes in one request.
"use strict";
(() => {
  const form = document.getElementById("upload");
  document.querySelectorAll("form[data-busy]").forEach((one) => one.addEventListener("submit", () => {
    const button = one.querySelector("button");
    button.disabled = true;
    button.textContent = one.dataset.busy;
    const applying = document.getElementById("applying"); // what it shows is asked for until the answer has come
    setInterval(() => applying.dispatchEvent(new Event("going")), 1000);
  }));
  if (!form) return;

  const language = document.documentElement.lang.slice(0, 2);
  const failed = document.getElementById("failed");
  const going = document.getElementById("going");
  const button = form.querySelector("button");

  function show(error) {
    failed.textContent = error;
    failed.hidden = !error;
    going.hidden = Boolean(error);
    button.disabled = !error;
  }

  async function asked(path, options) {
    const answer = await fetch(path, { ...options, headers: { Accept: "application/json" } });
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.said?.[language] || problem.detail || String(answer.status));
  }

  async function send() {
    const file = form.elements.file.files[0];
    const size = Number(form.dataset.part);
    const about = new FormData();
    about.set("what", form.elements.what.value);
    about.set("name", file.name.slice(-200));
    about.set("clear", form.elements.clear.checked ? "1" : "");
    const { id } = await (await asked("/desk/import/begin", { method: "POST", body: about })).json();
    const bar = going.querySelector("progress");
    for (let start = 0, number = 0; start < file.size; start += size, number += 1) {
      await asked(`/desk/import/${id}/parts/${number}`, { method: "PUT", body: file.slice(start, start + size) });
      bar.value = Math.min(1, (start + size) / file.size);
    }
    bar.removeAttribute("value");
    location.assign(`/desk/import/${id}`);
  }

  form.addEventListener("submit", (event) => {
    const file = form.elements.file.files[0];
    if (!file) return;
    event.preventDefault();
    show("");
    if (file.size > Number(form.dataset.largest)) {
      show(`${file.name}: > ${Math.round(form.dataset.largest / 1048576)} MB`);
      return;
    }
    send().catch((error) => show(error.message));
  });
})();
