"use strict";
// Asks for the newest state every three seconds and puts it in the place of the old one; says so when nobody answers.
const EVERY = 3000;
const PATIENCE = 8000;

async function look() {
  try {
    const answer = await fetch("/now", { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 403) {
      location.replace("/");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
    document.querySelector("main").replaceWith(fresh);
    document.getElementById("lost").hidden = true;
  } catch {
    document.getElementById("lost").hidden = false;
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
