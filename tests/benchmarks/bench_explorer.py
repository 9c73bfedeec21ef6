"""What the explorer's page costs in headless Chromium: `make bench`. The browser's own clock, best of many frames."""

from pathlib import Path
from typing import Any

from browser import look, needs_chromium

from figures.explorer import page

FRAMES = """
  const {smallest, network} = explorer.views, setting = {first: 1, second: 0.8, penalty: 0.01};
  const least = act => Math.min(...Array.from({length: 40}, (_, k) => {
    const began = performance.now();
    act(k);
    return performance.now() - began;
  }));
  const frame = (bias, s) => smallest.landscape.frame({...setting, p: 1 - s}, bias, [0.9, -0.7]);
  const free = least(k => frame(false, 0.3 + 0.01 * k));
  const biased = least(k => frame(true, 0.3 + 0.01 * k));
  const W = k => [0, 1, 2].map(a => Array.from({length: 6}, (_, i) => Math.sin(3 * a + 5 * i + k)));
  const model = k => ({W: W(k), b: Array(6).fill(-0.1), importance: Array(6).fill(1), p: 0.1});
  return {free, biased, loss: least(k => explorer.evaluate(model(k))), gradient: least(k => explorer.evaluate(model(k), true)),
    critical: least(k => explorer.criticalPoints({...setting, p: 0.5}, true))};
"""
TARGETS = {"free": 16, "biased": 16, "loss": 4, "gradient": 16, "critical": 60}
"""Milliseconds: a landscape of 128 × 128 without and with bias, its sparsity changed in each frame; K and its gradient of six
features in three dimensions; the search for critical points with bias, which runs between frames."""


@needs_chromium
def test_frames(tmp_path: Path) -> None:
    found: dict[str, Any] = look(page().decode(), FRAMES, 1280, tmp_path)
    print({name: f"{value:.1f} ms" for name, value in found.items()})
    assert found.keys() == TARGETS.keys()
    for name, most in TARGETS.items():
        assert found[name] <= most, name
