import type { UseMutationResult } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { fieldProblem, formProblem } from '../api.ts'

/**
 * The values of a form whose fields show the errors of the service.
 *
 * @param act What submitting does; it receives the values.
 * @returns `text('email')` are the props of a text field, `choice` those of a select. `value` and `set`
 *   are for every other control.
 */
export function useForm<Values extends object>(
  initial: Values,
  act: Pick<UseMutationResult<unknown, Error, Values>, 'mutate' | 'isPending' | 'error' | 'reset'>,
) {
  const [values, setValues] = useState(initial)
  const set = <Name extends keyof Values>(name: Name, value: Values[Name]) => {
    if (act.error !== null) act.reset()
    setValues((before) => ({ ...before, [name]: value }))
  }
  return {
    values,
    set,
    setValues,
    isDirty: JSON.stringify(values) !== JSON.stringify(initial),
    isPending: act.isPending,
    problem: formProblem(act.error),
    error: (name: string) => fieldProblem(act.error, name),
    text: (name: TextName<Values>) => ({
      name,
      value: String(values[name] ?? ''),
      onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
        // a text field only has names of texts
        set(name, event.currentTarget.value as Values[TextName<Values>]),
      error: fieldProblem(act.error, name),
    }),
    submit: (event: FormEvent) => {
      event.preventDefault()
      act.mutate(values)
    },
  }
}

/** The names of the values that are texts. */
type TextName<Values> = {
  [Name in keyof Values]: Values[Name] extends string ? Name : never
}[keyof Values] &
  string
