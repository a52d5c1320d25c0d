/** When to start a server again that crashed. Knows nothing of VS Code, nor of the clock. */

const MOST_RESTARTS = 5;
const WITHIN_MS = 3 * 60_000;
const FIRST_PAUSE_MS = 1_000;

export interface Crash {
  /** Whether there was none in the last minutes, so that it is news. */
  isFirst: boolean;
  /** How long to wait before the server is started again; undefined when it is not worth it. */
  pauseMs: number | undefined;
}

/** Counts crashes: pauses double from one second on, and after too many of them there is no more. */
export class Crashes {
  private times: number[] = [];

  /** What to do about a crash at this time, in milliseconds of any clock. */
  note(now: number): Crash {
    this.times = [...this.times.filter((time) => now - time < WITHIN_MS), now];
    const earlier = this.times.length - 1;
    return {
      isFirst: earlier === 0,
      pauseMs: earlier < MOST_RESTARTS ? FIRST_PAUSE_MS * 2 ** earlier : undefined,
    };
  }

  /** Starts counting anew, as after a start that the user asked for. */
  forget(): void {
    this.times = [];
  }
}
