"""JSON text under edit: positions, a tolerant tree over a strict judge, and minimal edits."""
