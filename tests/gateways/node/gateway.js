/**
 * A small video gateway: the CN8 face in front of the api-video upstream, with what Node 20 brings along.
 *
 * A submit is answered at once; behind it one asynchronous function for each job submits upstream, polls, and settles
 * the job exactly once. Everything is in memory, on one thread, so nothing between two `await`s can interleave.
 *
 * This file is the service; orders.js checks what clients send, upstream.js follows jobs, jobs.js keeps them and the
 * charges.
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

import { charges, JOB_TIMEOUT, jobs } from "./jobs.js";
import { readObject, Refusal, SERVICES, validate } from "./orders.js";
import { work } from "./upstream.js";

const PORT = Number(process.env.PORT ?? 8420);
const RATE_WINDOW = Number(process.env.RATE_WINDOW_S ?? 60) * 1000;
const RATE_LIMIT = 60;
const CLIENT_PATIENCE = 600_000; // milliseconds, with a client's connection

/** @type {Map<string, number[]>} By key: when it submitted. */
const submits = new Map();

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

async function submit(request, name) {
  const { key, allowed } = authenticate(request);
  if (!allowed.includes(name)) throw new Refusal(403, "service_not_allowed", `This key does not allow ${name}.`);
  admit(key);
  const fields = validate(SERVICES.get(name), await readObject(request));
  const [id, createdAt, deadline] = [randomUUID(), new Date().toISOString(), performance.now() + JOB_TIMEOUT];
  /** @type {import("./jobs.js").Job} */
  const job = { id, key, service: name, fields, createdAt, deadline, status: "queued" };
  jobs.set(id, job);
  setImmediate(work, job); // after the answer below
  const view = { id, status: job.status, service: name, created_at: createdAt };
  return { status: 202, data: { status: "accepted", message: "The video will be made.", job: view } };
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

// By default an idle connection is closed after 5 s, which is just when a client that polls every 5 s sends on it.
const limits = { keepAliveTimeout: CLIENT_PATIENCE, headersTimeout: CLIENT_PATIENCE, requestTimeout: CLIENT_PATIENCE };
http.createServer(limits, answer).listen(PORT, "127.0.0.1");
