import * as vscode from "vscode";

/** How VS Code names the user's own settings files, which the server knows as files. */
const SCHEME = "vscode-userdata";

/** Documents that VS Code names otherwise than the server does. */
export const USER_SETTINGS = { scheme: SCHEME, pattern: "**/settings.json" };

/** Between VS Code's URIs and the server's, which are all of files. */
export interface UriConverters {
  code2Protocol: (uri: vscode.Uri) => string;
  protocol2Code: (uri: string) => vscode.Uri;
}

/** Makes the converters for a VS Code that keeps what extensions store below `globalStorage`. */
export function uriConverters(globalStorage: vscode.Uri): UriConverters {
  const userFolder = vscode.Uri.joinPath(globalStorage, "..", "..").path;
  return {
    code2Protocol: (uri) => (uri.scheme === SCHEME ? uri.with({ scheme: "file" }) : uri).toString(),
    protocol2Code: (text) => {
      const uri = vscode.Uri.parse(text);
      const isUserSettings =
        uri.scheme === "file" && isBelow(userFolder, uri.path) && uri.path.endsWith("/settings.json");
      return isUserSettings ? uri.with({ scheme: SCHEME }) : uri;
    },
  };
}

function isBelow(folder: string, path: string): boolean {
  const comparable = (text: string): string =>
    process.platform === "win32" ? text.toLowerCase() : text;
  return comparable(path).startsWith(`${comparable(folder)}/`);
}
