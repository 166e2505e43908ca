import type { KnobName, Knobs } from '../knobs/knob_table.ts'

/** A knob that the capture settles. */
type Settled = {
  readonly [Name in KnobName]: {
    readonly knob: Name
    readonly value: Knobs[Name]
    readonly because: string
  }
}[KnobName]

/** A knob that the capture does not settle; `because` says what is missing. */
interface Unsettled {
  readonly knob: KnobName
  readonly value?: undefined
  readonly because: string
}

/** What a capture says about one knob. */
export type KnobFinding = Settled | Unsettled
