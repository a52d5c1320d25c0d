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
