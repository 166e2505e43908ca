import type { TraceEvent } from '../../../src/workspaces/web/page_api.ts'

/** The user of a probe is unknown everywhere, so that a reject is the expected reply. */
export function isProbeReject({
  kind,
  name,
  outcome,
}: Pick<TraceEvent, 'kind' | 'name' | 'outcome'>): boolean {
  return kind === 'probe' && name === 'Access-Reject' && outcome === 'refused'
}

/** The number of an attempt, in the details of requests. */
const attempt = /\battempt (\d+) of /

/** `Access-Request, attempt 2`: what a sign-in sends when no reply came. */
export function nameEvent(event: Pick<TraceEvent, 'kind' | 'name' | 'detail' | 'outcome'>): string {
  const { name, detail } = event
  if (isProbeReject(event)) return `${name} (as expected)`
  const number = attempt.exec(detail)?.[1] ?? '1'
  return number === '1' ? name : `${name}, attempt ${number}`
}

/** How an event is coloured and marked. */
export type Tone = 'plain' | 'success' | 'danger' | 'warning'

const tones: readonly (readonly [Tone, RegExp])[] = [
  ['warning', /retransmi|attempt|duplicate|\blate\b|reorder|delayed|withdrawn|expired/i],
  [
    'danger',
    /\b(lost|dropped|timeout|refused|error|den(y|ied)|fraud)\b|reject|fail|timed out|blocked|unreachable|invalid|corrupt/i,
  ],
  ['success', /\bok\b|accept|approved|allow/i],
]

export function toneOf(event: Pick<TraceEvent, 'kind' | 'name' | 'detail' | 'outcome'>): Tone {
  const { outcome = '' } = event
  if (isProbeReject(event)) return 'plain'
  if (isLost(event)) return 'danger'
  const text = `${outcome} ${nameEvent(event)}`
  return tones.find(([, pattern]) => pattern.test(text))?.[0] ?? 'plain'
}

/** Whether a packet never reached the other side. */
export function isLost({ outcome }: Pick<TraceEvent, 'outcome'>): boolean {
  return outcome === 'lost'
}
