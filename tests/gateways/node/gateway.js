/**
 * A small video gateway: the CN8 face in front of the api-video upstream, with what Node 20 brings along.
 *
 * A submit is answered at once; behind it one asynchronous function for each job submits upstream, polls, and settles
 * the job exactly once. Everything is in memory, on one thread, so nothing between two `await`s can interleave.
 *
 * Environment (times in seconds):
 *   PORT            where to listen on 127.0.0.1                            8420
 *   UPSTREAM_URL    base of the upstream, such as http://127.0.0.1:8410/api-video
 *   UPSTREAM_KEY    the gateway's own key there, if it wants one
 *   JOB_TIMEOUT_S   a job's whole life, submit and polls together           600
 *   POLL_INTERVAL_S between two looks at a job                              5
 *   RATE_WINDOW_S   in which a key may submit 60 times                      60
 *   PLANTED_BUGS    1 for three mistakes, see planted.yaml
 */
import { randomUUID } from "node:crypto";
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const env = process.env;
const PLANTED_BUGS = env.PLANTED_BUGS === "1";
const PORT = Number(env.PORT ?? 8420);
const UPSTREAM_URL = (env.UPSTREAM_URL ?? "").replace(/\/+$/, "");

// Milliseconds. The patience with one request follows from the job's time, so that all of them scale together.
const JOB_TIMEOUT = Number(env.JOB_TIMEOUT_S ?? 600) * 1000;
const POLL_INTERVAL = Number(env.POLL_INTERVAL_S ?? 5) * 1000;
const RATE_WINDOW = Number(env.RATE_WINDOW_S ?? 60) * 1000;
const SUBMIT_PATIENCE = JOB_TIMEOUT / 5; // 120 s; fetch itself gives up on a silent server after 300 s
const POLL_PATIENCE = JOB_TIMEOUT / 10; // 60 s
const LAST_LOOK = JOB_TIMEOUT / 300; // 2 s
const CLIENT_PATIENCE = 600_000; // with a client's connection

const RATE_LIMIT = 60;
const MAX_BODY = 32 * 1024 * 1024;
const CENTS_PER_SECOND = 150;

const SERVICES = new Map([
  ["media-video-from-text", { upstream: "/api/video/from-text", required: "prompt", texts: ["prompt"] }],
  ["media-video-from-image", { upstream: "/api/video/from-image", required: "image", texts: ["image", "prompt"] }],
]);
const CHOICES = {
  model: ["veo (Audio)", "veo fast (Audio)"],
  resolution: ["1080P", "512P"],
  duration: ["4s", "8s"],
  aspect_ratio: ["16:9", "9:16"],
};
const MILLISECONDS = { "4s": 4000, "8s": 8000 };
const RESULT_FIELDS = ["status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio"];

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {string} key        whose job it is
 * @property {string} service
 * @property {object} fields     what goes upstream
 * @property {string} createdAt
 * @property {number} deadline   on the monotonic clock, in milliseconds
 * @property {"queued" | "processing" | "completed" | "failed"} status
 * @property {string} [upstreamId]
 * @property {string} [completedAt]
 * @property {object} [result]
 * @property {{code: string, message: string}} [error]
 *
 * @typedef {{result: object} | {error: {code: string, message: string}}} Outcome
 *
 * @typedef {object} Charge      whole milliseconds of video and whole cents: sums and products stay exact
 * @property {Job} job
 * @property {number} milliseconds
 * @property {number} cents
 * @property {string} createdAt
 */

/** @type {Map<string, Job>} */
const jobs = new Map();
/** @type {Map<string, Charge>} By job, so that no job can have two. */
const charges = new Map();
/** @type {Map<string, number[]>} By key: when it submitted. */
const submits = new Map();

// ---- the client's side ----

/** An answer that turns a request away. */
class Refusal extends Error {
  constructor(status, code, message, headers = {}) {
    super(message);
    Object.assign(this, { status, code, headers });
  }
}

/** The caller's key, and the services it allows. */
function authenticate(request) {
  const [, key] = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (key?.startsWith("vk-")) return { key, allowed: [...SERVICES.keys()] };
  if (key?.startsWith("vn-")) return { key, allowed: [] };
  throw new Refusal(401, "unauthorized", "A known API key is required.");
}

/** 60 submits in a sliding window. */
function admit(key) {
  const now = performance.now();
  const recent = (submits.get(key) ?? []).filter((at) => at > now - RATE_WINDOW);
  submits.set(key, recent);
  if (recent.length >= RATE_LIMIT) {
    const wait = Math.max(1, Math.ceil((recent[0] + RATE_WINDOW - now) / 1000));
    throw new Refusal(429, "rate_limited", "Too many requests for this key.", { "Retry-After": wait });
  }
  recent.push(now);
}

/** The request's JSON object. */
async function readObject(request) {
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
function validate(service, data) {
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
const isText = (data) => typeof data === "string" && data !== "";
const pick = (data, names) => Object.fromEntries(names.filter((n) => n in data).map((n) => [n, data[n]]));
const isObject = (data) => typeof data === "object" && data !== null && !Array.isArray(data);

async function submit(request, name) {
  const { key, allowed } = authenticate(request);
  if (!allowed.includes(name)) throw new Refusal(403, "service_not_allowed", `This key does not allow ${name}.`);
  admit(key);
  const fields = validate(SERVICES.get(name), await readObject(request));
  const [id, createdAt, deadline] = [randomUUID(), new Date().toISOString(), performance.now() + JOB_TIMEOUT];
  /** @type {Job} */
  const job = { id, key, service: name, fields, createdAt, deadline, status: "queued" };
  jobs.set(id, job);
  setImmediate(work, job); // after the answer below
  const view = { id, status: job.status, service: name, created_at: createdAt };
  return { status: 202, data: { status: "accepted", message: "Job queued for processing", job: view } };
}

function readJob(request, id) {
  const { key } = authenticate(request);
  const job = jobs.get(id);
  if (job?.key !== key) throw new Refusal(404, "not_found", "No such job."); // another key's job is nobody's business
  const view = { id, status: job.status, service_name: job.service, created_at: job.createdAt };
  if (job.status === "completed") {
    const { milliseconds, cents } = charges.get(id);
    Object.assign(view, { completed_at: job.completedAt, result_data: job.result });
    Object.assign(view, { units_consumed: milliseconds / 1000, token_cost: cents / 100 });
  }
  if (job.status === "failed") Object.assign(view, { error: job.error, units_consumed: 0, token_cost: 0 });
  return { status: 200, data: view };
}

function listCharges(request) {
  const { key } = authenticate(request);
  const own = [...charges.values()].filter((charge) => charge.job.key === key);
  const list = own.map(({ job, milliseconds, cents, createdAt }) => ({
    job_id: job.id,
    service: job.service,
    units: milliseconds / 1000,
    amount: cents / 100, // the double nearest to a decimal with two digits is printed as that decimal
    currency: "USD",
    created_at: createdAt,
  }));
  return { status: 200, data: { charges: list, total: own.reduce((sum, charge) => sum + charge.cents, 0) / 100 } };
}

/** Which answer a request gets. Ids are taken as they stand in the path: those that were given need no escapes. */
async function route(request) {
  const path = request.url.split("?")[0];
  if (request.method === "POST" && path.startsWith("/v1/proxy/")) {
    const name = path.slice("/v1/proxy/".length);
    if (SERVICES.has(name)) return submit(request, name);
  }
  if (request.method === "GET" && path.startsWith("/v2/jobs/")) return readJob(request, path.slice("/v2/jobs/".length));
  if (request.method === "GET" && path === "/v2/charges") return listCharges(request);
  if (request.method === "GET" && path === "/healthz") return { status: 200, data: { status: "ok" } };
  throw new Refusal(404, "not_found", "There is nothing here.");
}

async function answer(request, response) {
  let reply;
  try {
    reply = await route(request);
  } catch (error) {
    if (request.destroyed && !request.complete) return; // the client left
    if (!(error instanceof Refusal)) console.error(error);
    const { status = 500, code = "internal_error", headers = {} } = error;
    const message = error instanceof Refusal ? error.message : "Something went wrong here.";
    reply = { status, headers, data: { status: "error", error: { code, message } } };
  }
  response.writeHead(reply.status, { "Content-Type": "application/json", ...reply.headers });
  response.end(JSON.stringify(reply.data));
}

// ---- the upstream's side ----

/** A job's whole life after its 202. */
async function work(job) {
  let outcome;
  try {
    outcome = (await submitUpstream(job)) ?? (await follow(job));
  } catch (error) {
    console.error(error);
    outcome = failure("internal_error", "The gateway itself failed."); // or the job would be in flight for ever
  }
  settle(job, outcome);
}

const left = (job) => job.deadline - performance.now();
const failure = (code, message) => ({ error: { code, message } });
const timedOut = () => failure("timeout", `The job timed out after ${JOB_TIMEOUT / 1000} s.`);

/** Hand the job to the upstream; what it may have taken is never sent again. @returns {Promise<Outcome | undefined>} */
async function submitUpstream(job) {
  const { upstream: path } = SERVICES.get(job.service);
  while (left(job) > 0) {
    const patience = Math.min(SUBMIT_PATIENCE, left(job));
    const { status, data, retryAfter, error } = await ask("POST", path, patience, job.fields);
    const refused = error?.cause?.code === "ECONNREFUSED";
    if (refused || ([429, 503].includes(status) && retryAfter !== undefined)) {
      await sleep(Math.max(0, Math.min(left(job), Math.max(POLL_INTERVAL, retryAfter ?? 0))));
      continue;
    }
    if (error) return failure("upstream_unreachable", `The upstream did not answer: ${error.message}.`);
    if (status >= 400 || data.status === "error") return upstreamError(status, data);
    if (!isText(data.job_id)) return failure("upstream_error", "The upstream gave no job id.");
    job.upstreamId = data.job_id;
    job.status = "processing";
    // Planted bug "charged-when-taken-on": as if a hold, but whoever reads the charges sees money for no video.
    if (PLANTED_BUGS) charge(job, {});
    return undefined;
  }
  return timedOut();
}

/** Poll until the upstream tells of an end, and once more at the deadline. @returns {Promise<Outcome>} */
async function follow(job) {
  const path = `/api/video/status/${encodeURIComponent(job.upstreamId)}`;
  let misses = 0;
  let quietUntil = 0; // the upstream wants to be left alone
  for (;;) {
    const pause = POLL_INTERVAL * 2 ** Math.min(4, Math.max(0, misses - 1)); // up to 80 s
    await sleep(Math.max(0, Math.min(left(job), Math.max(pause, quietUntil - performance.now()))));
    const last = left(job) <= 1; // timers may be early by a millisecond
    if (last && quietUntil > performance.now()) return timedOut();
    const reply = await ask("GET", path, last ? LAST_LOOK : Math.min(POLL_PATIENCE, left(job)));
    const outcome = outcomeOf(reply);
    if (outcome) return outcome;
    if (last) return timedOut();
    misses = isUnderWay(reply) ? 0 : misses + 1;
    quietUntil = performance.now() + (reply.retryAfter ?? 0);
  }
}

const isUnderWay = ({ status, data }) => status === 200 && ["queued", "processing"].includes(data.status);
const isAddress = (url) => typeof url === "string" && /^https?:\/\/\S+$/.test(url);

/** What a poll says of the job's end, if anything: a lost or garbled answer does not. @returns {Outcome | undefined} */
function outcomeOf({ status, data, error }) {
  if (error) return undefined;
  if (status === 200 && data.status === "success") {
    if (data.error) return upstreamError(status, data);
    if (!isAddress(data.video_url)) return failure("no_video", "The upstream reported success without a video.");
    return { result: pick(data, RESULT_FIELDS) };
  }
  const passing = status >= 500 || [408, 425, 429].includes(status);
  const final = [401, 403, 404, 410].includes(status) || (!passing && data.status === "error");
  return final ? upstreamError(status, data) : undefined;
}

const upstreamError = (status, data) =>
  failure("upstream_error", String(data.message ?? data.error?.message ?? `The upstream answered ${status}.`));

/** One request to the upstream, with a limit for its whole answer. `data` is {} unless that is a JSON object. */
async function ask(method, path, patience, fields) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new Error("it took too long")), patience);
  try {
    const response = await fetch(UPSTREAM_URL + path, {
      method,
      headers: {
        ...(fields && { "Content-Type": "application/json" }),
        ...(env.UPSTREAM_KEY && { Authorization: `Bearer ${env.UPSTREAM_KEY}` }),
      },
      body: fields && JSON.stringify(fields),
      redirect: "manual", // a redirected submit would be a second one
      signal: limit.signal,
    });
    // Planted bug "limit-ends-with-the-headers": the body may come a byte at a time, for as long as it likes.
    if (PLANTED_BUGS) clearTimeout(timer);
    const data = parsed(await response.text());
    const after = response.headers.get("retry-after") ?? "";
    return { status: response.status, data, retryAfter: /^\d{1,4}$/.test(after) ? Number(after) * 1000 : undefined };
  } catch (error) {
    return { status: 0, data: {}, error };
  } finally {
    clearTimeout(timer);
  }
}

function parsed(text) {
  try {
    const data = JSON.parse(text);
    return isObject(data) ? data : {};
  } catch {
    return {};
  }
}

// ---- money ----

/** Complete and charge, or fail and charge nothing; nothing awaits in here, so nobody sees one without the other. */
function settle(job, outcome) {
  if (outcome.error) {
    job.error = outcome.error;
    job.status = "failed";
    if (PLANTED_BUGS) charges.delete(job.id);
    return;
  }
  charge(job, outcome.result);
  job.result = outcome.result;
  job.completedAt = new Date().toISOString();
  job.status = "completed";
}

/** The seconds that were asked for, or those that came, where they are fewer. */
function charge(job, result) {
  const asked = MILLISECONDS[job.fields.duration ?? "4s"];
  const came = typeof result.duration_seconds === "number" ? Math.floor(result.duration_seconds * 1000) : 0;
  const milliseconds = came > 0 ? Math.min(asked, came) : asked;
  const cents = Math.round((milliseconds * CENTS_PER_SECOND) / 1000);
  charges.set(job.id, { job, milliseconds, cents, createdAt: new Date().toISOString() });
}

if (!UPSTREAM_URL) throw new Error("UPSTREAM_URL must say where the upstream is.");
// By default an idle connection is closed after 5 s, which is just when a client that polls every 5 s sends on it.
const limits = { keepAliveTimeout: CLIENT_PATIENCE, headersTimeout: CLIENT_PATIENCE, requestTimeout: CLIENT_PATIENCE };
http.createServer(limits, answer).listen(PORT, "127.0.0.1");
