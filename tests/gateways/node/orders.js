/** What clients may ask for, and how they are turned away. */
import { MILLISECONDS, PLANTED_BUGS } from "./jobs.js";

const MAX_BODY = 32 * 1024 * 1024;
/** What each service needs, and the texts that it takes. */
export const SERVICES = new Map([
  ["media-video-from-text", { required: "prompt", texts: ["prompt"] }],
  ["media-video-from-image", { required: "image", texts: ["image", "prompt"] }],
]);
const CHOICES = {
  model: ["veo (Audio)", "veo fast (Audio)"],
  resolution: ["1080P", "512P"],
  duration: ["4s", "8s"],
  aspect_ratio: ["16:9", "9:16"],
};

/** An answer that turns a request away. */
export class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}

/** The request's JSON object. */
export async function readObject(request) {
  const type = (request.headers["content-type"] ?? "application/json").split(";")[0].trim().toLowerCase();
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY) chunks.push(chunk); // read on, or the client would never see the 413
  }
  if (size > MAX_BODY) throw new Refusal(413, "payload_too_large", `The body is larger than ${MAX_BODY} bytes.`);
  if (type !== "application/json") throw invalid("The content type must be application/json.");
  try {
    const data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
    if (isObject(data)) return data;
  } catch {
    throw invalid("The body is not JSON in UTF-8.");
  }
  throw invalid("The body must be a JSON object.");
}

/** The fields that go upstream: exact values only, nothing mended, nothing filled in. */
export function validate(service, data) {
  for (const name of service.texts) {
    if (!(name in data)) continue;
    if (typeof data[name] !== "string" || !data[name].isWellFormed()) throw invalid(`${name} must be a string.`);
  }
  if (!data[service.required]) throw invalid(`${service.required} is required.`);
  for (const [name, allowed] of Object.entries(CHOICES)) {
    if (name in data && !isAllowed(name, allowed, data[name])) {
      throw invalid(`${name} must be one of ${allowed.map((value) => `'${value}'`).join(", ")}.`);
    }
  }
  return pick(data, [...service.texts, ...Object.keys(CHOICES)]);
}

function isAllowed(name, allowed, value) {
  // Planted bug "list-as-key": a property is looked up by the value's text, and the text of the list ["4s"] is "4s".
  if (PLANTED_BUGS && name === "duration") return Object.hasOwn(MILLISECONDS, value);
  return allowed.includes(value);
}

const invalid = (message) => new Refusal(400, "invalid_request", message);
export const pick = (data, names) => Object.fromEntries(names.filter((n) => n in data).map((n) => [n, data[n]]));
export const isObject = (data) => typeof data === "object" && data !== null && !Array.isArray(data);
