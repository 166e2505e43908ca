import { Button, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { ShownKnob } from '../../../src/workspaces/web/page_api.ts'
import { useKnobChange, useKnobTable } from './use_knobs.ts'

/** Every assumption about AWS's directory, with what is known about it. */
export function KnobsSection({ knobs }: { readonly knobs: Readonly<Record<string, unknown>> }) {
  const table = useKnobTable()
  const changed = (table.data ?? []).filter((knob) => isChanged(knob, knobs[knob.name]))
  const change = useKnobChange()
  return (
    <section>
      <h3>Assumptions</h3>
      <p className="dim">
        How AWS's directory behaves is only partly documented. Each setting here is one assumption:{' '}
        <i>known</i> from documentation or an observed packet, or <i>unknown</i> until a capture
        settles it. Changes apply to the next sign-in.
      </p>
      {table.isError && (
        <p role="alert">
          The assumptions could not be loaded: {table.error.message} Close and open this panel to
          try again.
        </p>
      )}
      <div className="json-buttons">
        <Button
          size="xs"
          variant="default"
          disabled={changed.length === 0}
          onClick={() =>
            change.mutate(Object.fromEntries(changed.map((knob) => [knob.name, knob.default])))
          }
        >
          Reset assumptions and faults to defaults
        </Button>
      </div>
      <ul className="knobs">
        {(table.data ?? [])
          .filter(({ name }) => name !== 'faults')
          .map((knob) => (
            <li key={knob.name}>
              <KnobField
                knob={knob}
                value={knobs[knob.name]}
                onChange={(value) => change.mutate({ [knob.name]: value })}
              />
            </li>
          ))}
      </ul>
    </section>
  )
}

function isChanged(knob: ShownKnob, value: unknown): boolean {
  return JSON.stringify(value) !== JSON.stringify(knob.default)
}

/** The field of one knob. */
export function KnobField({
  knob,
  value,
  onChange,
}: {
  readonly knob: ShownKnob
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}) {
  const label = (
    <>
      <code>{knob.name}</code>{' '}
      <span className="evidence" data-evidence={knob.evidence}>
        {knob.evidence}
      </span>
      {isChanged(knob, value) && <span className="evidence">changed</span>}
    </>
  )
  if (knob.choices === undefined) {
    return <JsonField label={label} knob={knob} value={value} onChange={onChange} />
  }
  return (
    <Select
      label={label}
      description={knob.text}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      data={knob.choices.map(String)}
      value={String(value)}
      onChange={(chosen) => onChange(knob.choices?.find((choice) => String(choice) === chosen))}
    />
  )
}

/** For lists, knobs with members, and numbers that can be a word, too. */
function JsonField({
  label,
  knob,
  value,
  onChange,
}: {
  readonly label: React.ReactNode
  readonly knob: ShownKnob
  readonly value: unknown
  readonly onChange: (value: unknown) => void
}) {
  const current = JSON.stringify(value, undefined, 1)
  const [text, setText] = useState(current)
  const [problem, setProblem] = useState('')
  useEffect(() => setText(current), [current])
  const isNumber = typeof knob.default === 'number'
  const save = () => {
    try {
      onChange(JSON.parse(text))
      setProblem('')
    } catch {
      setProblem(isNumber ? 'This is not a number.' : 'This is not JSON. Text needs double quotes.')
    }
  }
  return (
    <div className="json-field">
      {isNumber ? (
        <TextInput
          type="number"
          min={0}
          label={label}
          description={knob.text}
          error={problem === '' ? undefined : problem}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
      ) : (
        <Textarea
          label={label}
          description={knob.text}
          error={problem === '' ? undefined : problem}
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
      )}
      {text !== current && (
        <div className="json-buttons">
          <Button size="xs" onClick={save} aria-label={`Set ${knob.name}`}>
            Set
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={`Undo the change of ${knob.name}`}
            onClick={() => setText(current)}
          >
            Undo
          </Button>
        </div>
      )}
    </div>
  )
}
