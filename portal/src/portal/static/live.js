// Follows the events of a territory: puts each new one on top, keeps the last hundred.
"use strict";
{
  const list = document.getElementById("events");
  const state = document.getElementById("live-state");
  const source = new EventSource(list.dataset.stream);
  source.onopen = () => { state.textContent = state.dataset.follows; };
  source.onerror = () => { state.textContent = state.dataset.waits; };
  source.onmessage = (message) => {
    const piece = document.createElement("template");
    piece.innerHTML = message.data; // made by our own template, every value escaped
    const item = piece.content.firstElementChild;
    if (!item) return;
    item.classList.add("new");
    list.prepend(item);
    while (list.children.length > 100) list.lastElementChild.remove();
    document.querySelector("#events ~ .empty")?.remove();
  };
  source.addEventListener("end", (message) => {
    source.close();
    state.textContent = message.data;
  });
  addEventListener("pagehide", () => source.close());
}
