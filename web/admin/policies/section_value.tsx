import { DefinitionList } from '../parts/definition_list.tsx'
import { sectionFields, valueAt, valueWords } from './section_fields.ts'

/** What a section says: in words, or its JSON if the service does not enforce it. */
export function SectionValue({
  section,
  title,
  value,
}: {
  readonly section: string
  readonly title: string
  readonly value: unknown
}) {
  const fields = sectionFields[section]
  if (fields === undefined) return <Json label={title} value={value} />
  return (
    <DefinitionList
      items={fields.map((field) => [field.label, valueWords(field, valueAt(value, field.path))])}
    />
  )
}

function Json({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <section className="policy-json" aria-label={`JSON of ${label}`}>
      <pre>{JSON.stringify(value, null, 2)}</pre>
    </section>
  )
}
