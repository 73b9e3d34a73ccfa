/** Jobs and charges, in memory. Money is counted in whole cents, video in whole milliseconds. */
export const PLANTED_BUGS = process.env.PLANTED_BUGS === "1";
export const JOB_TIMEOUT = Number(process.env.JOB_TIMEOUT_S ?? 600) * 1000; // milliseconds
const CENTS_PER_SECOND = 150;
export const MILLISECONDS = { "4s": 4000, "8s": 8000 };

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
export const jobs = new Map();
/** @type {Map<string, Charge>} By job, so that no job can have two. */
export const charges = new Map();

/** Complete and charge, or fail and charge nothing; nothing awaits in here, so nobody sees one without the other. */
export function settle(job, outcome) {
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
export function charge(job, result) {
  const asked = MILLISECONDS[job.fields.duration ?? "4s"];
  const came = typeof result.duration_seconds === "number" ? Math.floor(result.duration_seconds * 1000) : 0;
  const milliseconds = came > 0 ? Math.min(asked, came) : asked;
  const cents = Math.round((milliseconds * CENTS_PER_SECOND) / 1000);
  charges.set(job.id, { job, milliseconds, cents, createdAt: new Date().toISOString() });
}
