import type { Knobs } from '../knobs/knob_table.ts'
import type { RadiusSettings } from '../radius_settings/radius_settings.ts'
import type { ProbeResult } from './probe.ts'

/** `RadiusStatus` of AWS's API. */
export type RadiusStatus = 'Creating' | 'Completed' | 'Failed'

/** The RADIUS part of a directory; absent if RADIUS was never enabled, or was disabled. */
export interface RadiusState {
  readonly settings: RadiusSettings
  readonly status: RadiusStatus
  /** When the status began, in milliseconds since 1970. */
  readonly since: number
  readonly lastProbe: readonly ProbeResult[]
}

/** Keeps the state of a directory while the simulator does not run. */
export interface StateStore {
  /** @returns `undefined` if RADIUS is not enabled. */
  loadRadius(): RadiusState | undefined
  saveRadius(state: RadiusState | undefined): void
  /** @returns `undefined` if no knobs were set. */
  loadKnobs(): Knobs | undefined
  saveKnobs(knobs: Knobs): void
}

/** Forgets the state at the end of the program. */
export const noStateStore: StateStore = {
  loadRadius: () => undefined,
  saveRadius: () => {},
  loadKnobs: () => undefined,
  saveKnobs: () => {},
}
