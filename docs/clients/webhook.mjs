// A receiver of webhooks: node webhook.mjs. It needs codau.mjs beside it and, in the environment, PORT and
// CODAU_WEBHOOK_SECRETS (two, with a blank between, while you change over to a new one).
import { createServer } from "node:http";
import { NotSigned, verify } from "./codau.mjs";

const secrets = process.env.CODAU_WEBHOOK_SECRETS.split(" ");
const LARGEST = 1024 * 1024; // bytes; the service sends no more
const comments = new Map(); // your database, in truth

// Keep the newest version of a comment: a message may come twice, and one of an older version after a newer.
function note(comment) {
  if (comment.version > (comments.get(comment.id)?.version ?? 0)) comments.set(comment.id, comment);
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST) throw new NotSigned("too large");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

createServer(async (request, response) => {
  try {
    const event = verify(await bodyOf(request), request.headers, ...secrets);
    if (event.type.startsWith("comment.")) note(event.data); // `codau.test` has no comment
    response.writeHead(204).end();
  } catch (error) {
    if (!(error instanceof NotSigned)) console.error(error);
    response.writeHead(error instanceof NotSigned ? 403 : 500).end();
  }
}).listen(Number(process.env.PORT ?? 8000), "127.0.0.1");
