// What textual.js leaves to the page that it is on. It connects when the page has loaded, and gives the body the
// classes -loaded (connected), -first-byte (drawn) and -closed.
"use strict";

const terminal = document.querySelector("#terminal");
const here = new URL(".", location.href);

history.replaceState(null, "", here); // textual.js would follow parameters of the address
terminal.dataset.sessionWebsocketUrl = new URL("ws", here).href.replace(/^http/, "ws");

// The terminal measures its font once: have it before.
const connect = window.onload;
window.onload = async (event) => {
  const faces = ["400", "700", "italic 400"].map((face) => document.fonts.load(`${face} 16px "Roboto Mono"`));
  await Promise.allSettled(faces);
  connect(event);
};

const typeHere = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("focus", typeHere);

// Closed by the app (1000), or because there is no server any more: only the first can be opened again.
function tellTheEnd({ code }) {
  const again = document.querySelector("#again");
  again.hidden = code !== 1000;
  again.focus();
  document.querySelector("#why").textContent = again.hidden
    ? "The tutor was stopped. Run 'tutor web' for a new address."
    : "The tutor has ended here. What you wrote is kept.";
}

window.WebSocket = class extends WebSocket {
  constructor(address) {
    super(address);
    this.addEventListener("open", () => setTimeout(typeHere));
    this.addEventListener("close", tellTheEnd);
  }
};

document.querySelector("#again").addEventListener("click", () => location.reload());
