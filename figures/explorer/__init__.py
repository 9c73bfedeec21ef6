"""The explorer: one page that works offline, with the exact mathematics as JavaScript.

assembly  the page; bundle: its modules in one script; explorer.html, explorer.css: how it looks
emitted   the smallest model's expressions as JavaScript; kernel/: the mathematics around them; view/: what is seen
data      polytopes and least losses, which the page carries
"""

from .assembly import modules, page
from .data import least_losses, polytopes

__all__ = ["least_losses", "modules", "page", "polytopes"]
