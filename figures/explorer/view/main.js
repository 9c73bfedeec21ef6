// The page: two views, and the address that holds what they show.

import {criticalPoints} from "../kernel/critical.js";
import {describe} from "../kernel/geometry.js";
import {evaluate} from "../kernel/network.js";
import {exactLoss, jet, loss} from "../kernel/smallest.js";
import {by, h, put, settled} from "./dom.js";
import {NetworkView} from "./network_view.js";
import {SmallestView} from "./smallest_view.js";
import {read, write} from "./state.js";

const known = JSON.parse(by("known").textContent);
let state, views;

const remember = settled(250, () => {
  try {
    history.replaceState(null, "", write(state));
  } catch {
    // A page inside a frame may not change its address: then it only does not remember.
  }
});

function open() {
  const {state: found, problems} = read(location.hash);
  state = found;
  views?.network.race.stop();
  views = {smallest: new SmallestView(state.smallest, remember), network: new NetworkView(state.network, remember, known)};
  for (const name of Object.keys(views)) put(by(name), views[name].element);
  const alarm = by("problems");
  alarm.hidden = problems.length === 0;
  put(alarm, problems.length ? [h("strong", {}, "Not all of this address could be used: "), problems.join(" ")] : []);
  show(state.view);
}

function show(name) {
  state.view = name;
  for (const other of Object.keys(views)) {
    const tab = by(`tab-${other}`), chosen = other === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    by(other).hidden = !chosen;
  }
  views.network.race.stop();
  views[name].set({});
}

for (const name of ["smallest", "network"]) {
  const tab = by(`tab-${name}`);
  tab.addEventListener("click", () => show(name));
  tab.addEventListener("keydown", event => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    const other = name === "smallest" ? "network" : "smallest";
    show(other);
    by(`tab-${other}`).focus();
  });
}
addEventListener("hashchange", open);
open();

// For the console, and for tests.
window.explorer = {criticalPoints, describe, evaluate, exactLoss, jet, loss, read, write, known, get state() { return state; }, get views() { return views; }};
