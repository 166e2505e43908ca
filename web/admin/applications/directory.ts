/** What the proxies of a WorkSpaces application report about its directory. Times are in milliseconds since 1970. */
export interface DirectoryState {
  readonly controllers: readonly string[]
  readonly sights: readonly Sight[]
  readonly findings: readonly {
    readonly severity: 'ok' | 'note' | 'warning' | 'error'
    readonly check: string
    readonly what: string
    readonly why?: string
    readonly todo?: string
  }[]
  readonly settings: {
    readonly timeoutSecs: number
    readonly retries: number
    readonly servers: number
  }
  readonly budget: readonly {
    readonly timeoutSecs: number
    readonly retries: number
    readonly servers: number
    readonly totalSecs: number
    readonly usableSecs: number
    readonly attempts: number
    readonly secondServer: string
    readonly isCurrent: boolean
    readonly isRecommended: boolean
  }[]
  readonly approvals: {
    readonly count: number
    readonly medianMs: number
    readonly p90Ms: number
    readonly p95Ms: number
  } | null
}

/** What one proxy has seen of one controller. */
export interface Sight {
  readonly proxy_id: string
  readonly host: string
  readonly controller: string
  readonly allowed_by: string | null
  readonly requests: number
  readonly last_seen: number | null
  readonly secret: 'proven' | 'readable' | 'wrong' | 'unknown'
  readonly reply: 'accept' | 'reject' | 'challenge' | null
  readonly probe: number | null
  readonly uses_previous_secret: boolean
}

/** The tone and the words for a sight, the probe first: it is what a person waits for during the set-up. */
export function describeSight(sight: Sight): {
  readonly tone: 'success' | 'danger' | 'warning' | 'neutral'
  readonly words: string
} {
  const { allowed_by: allowedBy, last_seen: lastSeen, secret, reply, controller } = sight
  if (lastSeen === null) {
    return allowedBy === null
      ? { tone: 'danger', words: `${controller} is not in authproxy.cfg` }
      : { tone: 'neutral', words: `nothing yet from ${controller}` }
  }
  if (allowedBy === null) {
    return { tone: 'danger', words: `packet dropped: no radius_ip_N covers ${controller}` }
  }
  const seen = `packet seen from ${controller}`
  if (secret === 'wrong') return { tone: 'danger', words: `${seen}, wrong secret` }
  const known = secret === 'unknown' ? 'secret not proven yet' : 'secret correct'
  const previous = sight.uses_previous_secret ? ' (the previous one)' : ''
  return {
    tone: sight.uses_previous_secret ? 'warning' : 'success',
    words: `${seen}, ${known}${previous}, ${reply === null ? 'no reply' : `reply sent (${reply})`}`,
  }
}
