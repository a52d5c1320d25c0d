import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Crashes } from "../src/crashes";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe("Crashes", () => {
  it("pauses longer each time, then gives up", () => {
    const crashes = new Crashes();
    const pauses = [0, 1, 2, 3, 4, 5].map((second) => crashes.note(second * SECOND).pauseMs);
    assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, undefined]);
  });

  it("says which one is the first, that it be told once", () => {
    const crashes = new Crashes();
    assert.ok(crashes.note(0).isFirst);
    assert.ok(!crashes.note(SECOND).isFirst);
  });

  it("forgets those of more than three minutes ago", () => {
    const crashes = new Crashes();
    crashes.note(0);
    assert.deepEqual(crashes.note(3 * MINUTE - 1), { isFirst: false, pauseMs: 2_000 });
    assert.deepEqual(crashes.note(3 * MINUTE), { isFirst: false, pauseMs: 2_000 });
    assert.deepEqual(crashes.note(10 * MINUTE), { isFirst: true, pauseMs: 1_000 });
  });

  it("starts anew when the user does", () => {
    const crashes = new Crashes();
    crashes.note(0);
    crashes.forget();
    assert.deepEqual(crashes.note(1), { isFirst: true, pauseMs: 1_000 });
  });
});
