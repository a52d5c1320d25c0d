import type * as vscode from "vscode";

/**
 * The same log, safe for traces of protocol messages: these carry whole documents, and the documents
 * here are credential files.
 */
export function withoutDocumentText(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
  const trace = (message: string, ...details: unknown[]): void => {
    log.trace(redactDocumentText(message), ...details);
  };
  return Object.create(log, { trace: { value: trace } }) as vscode.LogOutputChannel;
}

/** Replaces the value of every JSON property that holds a document's text in the protocol. */
export function redactDocumentText(message: string): string {
  return message.replace(/("(?:text|newText)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1"(not logged)"');
}

/** Takes out a user's name and password from addresses, as that of a package index may have them. */
export function redactAddresses(line: string): string {
  return line.replace(/(\b[a-z][a-z+]*:\/\/)[^/\s@]+@/gi, "$1…@");
}

const LEVEL = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error", CRITICAL: "error" } as const;

/**
 * Logs what the server prints on its standard error, at the level that each line begins with. A line
 * that begins with none continues the one before it, as those of a traceback do.
 */
export function serverLineLogger(
  log: Pick<vscode.LogOutputChannel, "debug" | "info" | "warn" | "error">,
): (line: string) => void {
  let level: (typeof LEVEL)[keyof typeof LEVEL] = "error";
  return (line) => {
    const [, word, message = line] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    const said = LEVEL[word as keyof typeof LEVEL] as typeof level | undefined;
    level = said ?? level;
    log[level](said === undefined ? line : message);
  };
}
