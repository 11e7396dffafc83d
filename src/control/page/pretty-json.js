// JSON for reading: indented and coloured, with the lines of an SDP as lines.

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** A <pre> element. Text goes in as text: nothing that a server sends becomes markup. */
export function prettyJson(value) {
  const place = document.createElement("pre");
  place.tabIndex = 0;
  const text = JSON.stringify(value, null, 2);
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    place.append(text.slice(end, match.index), tokenElement(match));
    end = match.index + match[0].length;
  }
  place.append(text.slice(end));
  return place;
}

function tokenElement([token, string, colon, number]) {
  const element = document.createElement("span");
  element.className = colon ? "key" : string ? "string" : number ? "number" : "literal";
  element.textContent = string && !colon ? breakLines(token) : token;
  return element;
}

const breakLines = (text) => text.replaceAll("\\r\\n", "\n");
