/** The upstream's side: each job's way from its submit there to its end. */
import { setTimeout as sleep } from "node:timers/promises";

import { charge, JOB_TIMEOUT, PLANTED_BUGS, settle } from "./jobs.js";
import { isObject, pick } from "./orders.js";

const UPSTREAM_URL = (process.env.UPSTREAM_URL ?? "").replace(/\/+$/, "");
if (!UPSTREAM_URL) throw new Error("UPSTREAM_URL must say where the upstream is.");
const UPSTREAM_KEY = process.env.UPSTREAM_KEY;

// Milliseconds. The patience with one request follows from the job's time, so that all of them scale together.
const POLL_INTERVAL = Number(process.env.POLL_INTERVAL_S ?? 5) * 1000;
const SUBMIT_PATIENCE = JOB_TIMEOUT / 5; // 120 s; fetch itself gives up on a silent server after 300 s
const POLL_PATIENCE = JOB_TIMEOUT / 10; // 60 s
const LAST_LOOK = JOB_TIMEOUT / 300; // 2 s

const PATHS = { "media-video-from-text": "/api/video/from-text", "media-video-from-image": "/api/video/from-image" };
const RESULT_FIELDS = ["status", "video_url", "duration_seconds", "model", "resolution", "aspect_ratio"];

/** @typedef {import("./jobs.js").Outcome} Outcome */

/** A job's whole life after its 202. */
export async function work(job) {
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
  while (left(job) > 0) {
    const patience = Math.min(SUBMIT_PATIENCE, left(job));
    const { status, data, retryAfter, error } = await ask("POST", PATHS[job.service], patience, job.fields);
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
const isText = (data) => typeof data === "string" && data !== "";
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
        ...(UPSTREAM_KEY && { Authorization: `Bearer ${UPSTREAM_KEY}` }),
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
