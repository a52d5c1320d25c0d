import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { it } from "node:test";
import { oneAtATime } from "../src/singleFlight";

it("turns calls made during a run into one further run", async () => {
  let running = 0;
  let runs = 0;
  const work = oneAtATime(async () => {
    running += 1;
    assert.equal(running, 1, "two runs overlap");
    await sleep(5);
    runs += 1;
    running -= 1;
  });
  const first = work();
  const others = [work(), work(), work()];
  await first;
  assert.equal(runs, 1);
  await Promise.all(others);
  assert.equal(runs, 2);
  await work();
  assert.equal(runs, 3);
});

it("runs again after a run that failed", async () => {
  const outcomes = [() => Promise.reject(new Error("no")), () => Promise.resolve()];
  const work = oneAtATime(() => (outcomes.shift() ?? assert.fail("ran too often"))());
  const first = work();
  const second = work();
  await assert.rejects(first);
  await second;
});
