// Do with the Node client what the lines of standard input say; see `calling.py`.
import { createInterface } from "node:readline";

const [folder, url, key] = process.argv.slice(2);
const { Codau, NotSigned, Problem, verify } = await import(`${folder}/codau.mjs`);
const codau = new Codau(url, key);

for await (const line of createInterface({ input: process.stdin })) {
  const [name, args] = JSON.parse(line);
  try {
    const answer = name === "verify" ? verify(Buffer.from(args[0]), args[1], ...args[2]) : await codau[name](...args);
    console.log(JSON.stringify({ answer: answer ?? null }));
  } catch (error) {
    if (error instanceof NotSigned) console.log(JSON.stringify({ not_signed: true }));
    else if (!(error instanceof Problem)) throw error;
    else {
      const { status, code, detail, errors, retryAfterS: retry_after_s } = error;
      console.log(JSON.stringify({ problem: { status, code, detail, errors, retry_after_s } }));
    }
  }
}
