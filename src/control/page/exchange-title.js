// What a message of the exchange is about, in one line.

const SUBJECT = { create: "type", subscribe: "type", invoke: "operation" };

/** Of what RpcClient tells in its `traffic` event. */
export function titleOf({ kind, message, method, request }) {
  if (kind === "event") return eventTitle(message, method);
  const params = (kind === "answer" ? request : message)?.params ?? {};
  const words = [method, params[SUBJECT[method]]];
  if (message.error) return `${join(words)} failed: ${message.error.message}`;
  if (kind === "request") return join([...words, shortId(params.object)]);
  return join(method === "create" ? [method, shortId(message.result?.value)] : words);
}

function eventTitle(message, method) {
  const { type, object, data } = message.params?.value ?? {};
  return join([type ?? method, data?.mediaType, data?.newState ?? data?.state, shortId(object)]);
}

/** The class and the first characters of an id: enough to tell objects apart by eye. */
function shortId(object) {
  const [uuid, type] = String(object ?? "").split("/").at(-1).split("_");
  if (!type) return uuid;
  return uuid === "manager" ? type : `${type.split(".").at(-1)} ${uuid.slice(0, 4)}`;
}

const join = (words) => words.filter(Boolean).join(" ");
