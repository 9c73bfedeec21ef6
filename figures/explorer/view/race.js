// Descent and training side by side, both from the network as it stands.

import {descend, randomFrom, train} from "../kernel/descent.js";
import {evaluate} from "../kernel/network.js";
import {trace} from "./charts.js";
import {announce, number} from "./dom.js";
import {shortened} from "./state.js";

const BUDGET = 9, LONGEST = 20000, STILL = 1e-13;

export class Race {
  constructor(view) {
    Object.assign(this, {view, rate: 0.05, batch: 64, going: {exact: false, trained: false}});
    this.clear();
  }

  get running() { return this.going.exact || this.going.trained; }

  clear() {
    Object.assign(this, {trained: null, step: 0, losses: {exact: [], trained: []}, random: randomFrom(1)});
  }

  set(part) {
    Object.assign(this, part);
    this.view.update();
  }

  stop() { this.going.exact = this.going.trained = false; }

  // The network was moved by hand: what was run before is no longer its history.
  moved() {
    this.stop();
    this.clear();
  }

  toggle(which) {
    this.going[which] = !this.going[which];
    if (this.going[which] && which === "trained" && !this.trained) this.fork();
    if (this.running) requestAnimationFrame(() => this.steps());
    this.view.update();
  }

  both() {
    const start = !this.running;
    if (start) {
      this.clear();
      this.fork();
    }
    this.going.exact = this.going.trained = start;
    if (start) requestAnimationFrame(() => this.steps());
    this.view.update();
  }

  fork() {
    const {W, b} = this.view.kernelModel;
    this.trained = {W: W.map(line => [...line]), b: [...b]};
  }

  takeOver() {
    if (!this.trained) return;
    const {W, b} = this.trained;
    this.view.set({W: W.map(line => line.map(x => shortened(x, 6))), b: b.map(x => shortened(x, 6))});
  }

  // Steps for some milliseconds, then a frame.
  steps() {
    if (!this.running) return;
    const began = performance.now();
    while (this.running && performance.now() - began < BUDGET) this.one();
    this.view.update();
    if (this.running) requestAnimationFrame(() => this.steps());
  }

  one() {
    const {view} = this, {bias} = view.model, model = view.kernelModel, scale = 1 / Math.max(model.p, 1e-3);
    if (this.going.exact) {
      if (!this.losses.exact.length) this.losses.exact.push(evaluate(model).loss);
      const before = this.losses.exact.at(-1), {W, b, loss, step} = descend(model, this.step || this.rate * scale, bias);
      this.step = step;
      this.losses.exact.push(loss);
      view.set({W, b}, true);
      if (before - loss < STILL * model.p) this.still = (this.still ?? 0) + 1;
      else this.still = 0;
      if (this.still > 20 || this.losses.exact.length > LONGEST) this.end("exact", loss);
    }
    if (this.going.trained) {
      if (!this.losses.trained.length) this.losses.trained.push(evaluate({...model, ...this.trained}).loss);
      Object.assign(this.trained, train({...model, ...this.trained}, this.rate * scale, bias, this.batch, this.random));
      const {loss} = evaluate({...model, ...this.trained}, false, 1e-9);
      this.losses.trained.push(loss);
      if (!Number.isFinite(loss) || loss > 1e3 || this.losses.trained.length > LONGEST) this.end("trained", loss);
    }
  }

  end(which, loss) {
    this.going[which] = false;
    this.still = 0;
    announce(`${which === "exact" ? "Descent" : "Training"} ended at K = ${number(loss)}.`);
  }

  show(least) {
    const {view, going, losses, trained} = this;
    view.descend.textContent = going.exact ? "Stop" : "Descend";
    view.train.textContent = going.trained ? "Stop" : "Train";
    view.both.textContent = this.running ? "Stop both" : "Both";
    const loss = trained ? evaluate({...view.kernelModel, ...trained}, false, 1e-9).loss : null;
    view.otherNote.textContent = loss === null ? "Begins where your network stands." : `K = ${number(loss, 9)} after ${Math.max(losses.trained.length - 1, 0)} steps.`;
    view.traceNote.textContent = trace(view.trace, {...losses, least});
  }
}
