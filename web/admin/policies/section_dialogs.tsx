import { Button, Group, JsonInput, Stack, Text } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { api } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { RouteDialog, useCloseRoute } from '../parts/route_dialog.tsx'
import { FieldControls } from './field_controls.tsx'
import { ImpactStep } from './impact_view.tsx'
import { type PolicyDetails, type Sections, toChange, useShownPolicy } from './policy.ts'
import { isObject, sectionFields } from './section_fields.ts'

/** Changes one enforced section, after its impact was shown. */
export function SectionDialog() {
  const policy = useShownPolicy()
  const { section = '' } = useParams({ strict: false })
  const description = policy?.descriptions.find((each) => each.section === section)
  if (policy === undefined || description === undefined || !description.enforced) return null
  return <SectionForm policy={policy} section={section} title={description.title} />
}

/** Changes all sections as JSON. */
export function JsonDialog() {
  const policy = useShownPolicy()
  return policy === undefined ? null : <JsonForm policy={policy} />
}

function SectionForm({
  policy,
  section,
  title,
}: {
  readonly policy: PolicyDetails
  readonly section: string
  readonly title: string
}) {
  const present = policy.sections[section]
  const [value, setValue] = useState<Sections>(isObject(present) ? present : {})
  const [wanted, setWanted] = useState<Sections>()
  const close = useCloseToPolicy()
  const propose = (event: FormEvent) => {
    event.preventDefault()
    setWanted({ ...policy.sections, [section]: value })
  }
  const remove = () =>
    setWanted(
      Object.fromEntries(Object.entries(policy.sections).filter(([name]) => name !== section)),
    )
  return (
    <SaveDialog policy={policy} title={title} wanted={wanted} onBack={() => setWanted(undefined)}>
      <Stack component="form" gap="md" onSubmit={propose}>
        <Text fz="sm" c="dimmed">
          The section is taken as a whole: what an outer policy says in it no longer applies.
        </Text>
        <FieldControls fields={sectionFields[section] ?? []} value={value} onChange={setValue} />
        <Group justify="space-between" gap="sm">
          {present === undefined ? (
            <span />
          ) : (
            <Button variant="default" onClick={remove}>
              Remove section
            </Button>
          )}
          <Group gap="sm">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit">Show the impact</Button>
          </Group>
        </Group>
      </Stack>
    </SaveDialog>
  )
}

function JsonForm({ policy }: { readonly policy: PolicyDetails }) {
  const [text, setText] = useState(JSON.stringify(policy.sections, null, 2))
  const [wanted, setWanted] = useState<Sections>()
  const [problem, setProblem] = useState<string>()
  const close = useCloseToPolicy()
  const propose = (event: FormEvent) => {
    event.preventDefault()
    const parsed = parseSections(text)
    setProblem(typeof parsed === 'string' ? parsed : undefined)
    if (typeof parsed !== 'string') setWanted(parsed)
  }
  return (
    <SaveDialog
      policy={policy}
      title={`${policy.name} as JSON`}
      wanted={wanted}
      onBack={() => setWanted(undefined)}
    >
      <Stack component="form" gap="md" onSubmit={propose}>
        <JsonInput
          label="Sections"
          description="In Duo’s format. Sections that are not enforced here are kept unchanged."
          value={text}
          onChange={(next) => {
            setText(next)
            setProblem(undefined)
          }}
          classNames={{ input: 'policy-json-input' }}
          spellCheck={false}
          rows={18}
          data-autofocus
        />
        <Problem>{problem}</Problem>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit">Show the impact</Button>
        </Group>
      </Stack>
    </SaveDialog>
  )
}

/** The form until a change is proposed, then its impact and the button that saves it. */
function SaveDialog({
  policy,
  title,
  wanted,
  onBack,
  children,
}: {
  readonly policy: PolicyDetails
  readonly title: string
  readonly wanted: Sections | undefined
  readonly onBack: () => void
  readonly children: ReactNode
}) {
  const { id = '' } = useParams({ strict: false })
  const close = useCloseToPolicy()
  const save = useAct({
    run: (sections: Sections) => api.patch(`policies/${id}`, toChange(policy, sections)),
    changes: ['policies', 'applications'],
    onDone: close,
    onWaiting: close,
    done: `${policy.name} is changed`,
  })
  return (
    <RouteDialog parent={`/policies/${id}`} title={title} size={620}>
      {wanted === undefined ? (
        children
      ) : (
        <ImpactStep
          proposal={{ change: 'sections', policy: policy.policy_key, sections: wanted }}
          action="Save"
          act={save}
          input={wanted}
          onBack={onBack}
        />
      )}
    </RouteDialog>
  )
}

function useCloseToPolicy(): () => void {
  const { id = '' } = useParams({ strict: false })
  return useCloseRoute(`/policies/${id}`)
}

/** @returns What is wrong, as a text. */
function parseSections(text: string): Sections | string {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : 'The sections are a JSON object: { "new_user": { … } }.'
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}.`
  }
}
