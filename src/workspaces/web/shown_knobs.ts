import { z } from 'zod'
import { type Knob, knobTable } from '../knobs/knob_table.ts'
import type { ShownKnob } from './page_api.ts'

/** The table of knobs for the page, with the choices of those that have some. */
export function shownKnobs(): readonly ShownKnob[] {
  return Object.entries(knobTable).map(([name, knob]) => {
    const { evidence, text, default: value } = knob
    const choices = choicesOf(knob)
    return { name, evidence, text, default: value, ...(choices === undefined ? {} : { choices }) }
  })
}

function choicesOf({ schema }: Knob): readonly (string | boolean)[] | undefined {
  if (schema instanceof z.ZodBoolean) return [true, false]
  return schema instanceof z.ZodEnum ? schema.options.map(String) : undefined
}
