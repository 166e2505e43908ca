import * as z from 'zod'
import { type ProxyReport, proxyWarningKinds } from '../../duo/index.ts'

const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const maxSpanSecs = 100 * 365 * 86_400
const span = z.number().int().min(0).max(maxSpanSecs)
/** Without control characters, of which a database refuses some. */
const plainText = z.string().regex(/^[^\p{C}]*$/u)
const name = plainText.min(1).max(100)
const milliseconds = z.number().min(0).max(3_600_000)

const logins = z.object({
  accept: count,
  reject: count,
  challenge: count,
  fail_open: count,
  fail_closed: count,
})

const latency = z.object({ count, p50_ms: milliseconds, p95_ms: milliseconds })

const maxShown = 8
const address = plainText.max(45)

const source = z.object({
  address,
  requests: count,
  last_s: span,
  secret: z.enum(['proven', 'readable', 'wrong', 'unknown']),
  reply: z.enum(['accept', 'reject', 'challenge']).optional(),
  previous_secret: z.literal(true).optional(),
  probe_s: span.optional(),
})

const stranger = z.object({ address, count, last_s: span })

const client = z.object({
  name,
  addresses: plainText.max(100),
  requests: count,
  unsigned: count,
  last_address: address.optional(),
  last_s: span.optional(),
  sources: z.array(source).max(maxShown).optional(),
})

const section = z.object({
  name,
  protocol: plainText.max(40),
  port: z.number().int().min(0).max(65535),
  failmode: z.enum(['safe', 'secure']),
  logins,
  logins_hour: logins,
  dropped: z
    .record(z.string().regex(/^[a-z-]{1,40}$/), count)
    .refine((reasons) => Object.keys(reasons).length <= 40, 'too many reasons'),
  service_latency: latency.optional(),
  login_latency: latency.optional(),
  clients: z.array(client).max(64),
  client_count: count,
  strangers: z.array(stranger).max(maxShown).optional(),
})

const warning = z.object({
  kind: z.enum(proxyWarningKinds),
  section: name,
  client: name.optional(),
  address: plainText.max(45).optional(),
  count: count.optional(),
  last_s: span.optional(),
  expires_s: z.number().int().min(-maxSpanSecs).max(maxSpanSecs).optional(),
})

/** Kinds of warnings that a newer proxy may know. */
const ofNewerProxy = z.object({ kind: z.string().max(40) }).transform(() => undefined)

const report = z.object({
  proxy: z.object({
    id: z.string().regex(/^[\w-]{22}$/),
    host: name,
    version: plainText.min(1).max(40),
    platform: plainText.max(100),
    uptime_s: span,
  }),
  sections: z.array(section).max(32),
  warnings: z
    .array(z.union([warning, ofNewerProxy]))
    .max(200)
    .transform((warnings) => warnings.filter((each) => each !== undefined)),
})

/** JSON of a report that is longer is refused, in UTF-16 units. */
const maxReportLength = 16_384

/** Reads a report; `undefined` if it is not one. */
export function parseReport(json: string): ProxyReport | undefined {
  if (json.length > maxReportLength) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch {
    return undefined
  }
  const result = report.safeParse(parsed)
  return result.success ? result.data : undefined
}
