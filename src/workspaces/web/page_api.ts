/** What happened, as the page draws it. Never contains a password, a secret or a passcode. */
export interface TraceEvent {
  readonly seq: number
  readonly atMs: number
  readonly loginId?: string
  readonly from: string
  readonly to: string
  readonly kind: 'sign-in' | 'primary' | 'radius' | 'api' | 'push' | 'answer' | 'probe'
  readonly name: string
  readonly detail: string
  /** The user who signs in; in the first event of a sign-in. */
  readonly user?: string
  readonly outcome?: 'ok' | 'refused' | 'dropped' | 'lost' | 'timeout' | 'error'
}

/** The answer to `GET /sim/directory`. */
export interface ShownDirectory {
  readonly directoryId: string
  readonly name: string
  readonly type: string
  readonly stage: string
  readonly controllers: readonly {
    readonly name: string
    readonly address: string
    readonly zone: string
  }[]
  readonly radius?: ShownRadius
  readonly knobs: Readonly<Record<string, unknown>>
  /** Pages that help whoever tries the directory, such as the push app. */
  readonly links?: readonly ShownLink[]
}

export interface ShownLink {
  readonly name: string
  readonly url: string
}

/** One row of the answer to `GET /sim/knob-table`: an assumption about AWS's directory. */
export interface ShownKnob {
  readonly name: string
  readonly evidence: 'known' | 'unknown'
  readonly text: string
  readonly default: unknown
  /** The values that it can have; `undefined` if they can't be listed. */
  readonly choices?: readonly (string | boolean)[]
}

export interface ShownRadius {
  readonly servers: readonly string[]
  readonly port: number
  readonly timeout: number
  readonly retries: number
  readonly protocol: string
  readonly label?: string
  readonly status: string
  readonly lastProbe?: readonly {
    readonly controller: string
    readonly server: string
    readonly result: string
    readonly rttMs?: number
  }[]
}

/** The answer to `POST /sim/login`. */
export interface LoginAnswer {
  readonly loginId: string
  readonly result: 'accepted' | 'denied'
  readonly message?: string
}
