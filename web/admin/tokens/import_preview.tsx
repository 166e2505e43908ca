import { Alert, Button, Checkbox, Group, Stack } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useState } from 'react'
import { RowList } from '../parts/row_list.tsx'
import { Section } from '../parts/section.tsx'
import { StatTile } from '../parts/stat_tile.tsx'
import { formatWords, type TokenImport } from './token_import.ts'

const maxShown = 100

/** What an import would do, and the button that does it. */
export function ImportPreview({
  preview,
  isPending,
  onImport,
}: {
  readonly preview: TokenImport
  readonly isPending: boolean
  readonly onImport: (skipInvalid: boolean) => void
}) {
  const [skips, setSkips] = useState(false)
  const { format, added, replaced, skipped, assigned, problem_count } = preview
  const count = added + replaced
  const isReady = count > 0 && (problem_count === 0 || skips)
  return (
    <>
      <Section title="What the import will do" description={`Format: ${formatWords[format]}`}>
        <div className="tile-row">
          <StatTile label="Added" value={added} />
          {replaced > 0 ? (
            <StatTile label="Replaced" value={replaced} tone="warning" />
          ) : (
            <StatTile label="Kept as they are" value={skipped} />
          )}
          <StatTile label="Assigned to users" value={assigned} />
          <StatTile
            label="Lines with errors"
            value={problem_count}
            {...(problem_count > 0 ? { tone: 'danger' } : {})}
          />
        </div>
        <Stack gap="md">
          {preview.shared_secrets.length > 0 && <SharedSecrets preview={preview} />}
          {problem_count > 0 && (
            <Checkbox
              label={`Leave out the ${problem_count === 1 ? 'line' : `${problem_count.toLocaleString()} lines`} with errors, and import the others`}
              checked={skips}
              onChange={(event) => setSkips(event.currentTarget.checked)}
            />
          )}
          <Group>
            <Button disabled={!isReady} loading={isPending} onClick={() => onImport(skips)}>
              {count === 0
                ? 'Nothing to import'
                : `Import ${count.toLocaleString()} ${count === 1 ? 'token' : 'tokens'}`}
            </Button>
          </Group>
        </Stack>
      </Section>
      <Details preview={preview} />
    </>
  )
}

/** Two tokens with one secret accept each other’s passcodes, also one that was used already. */
function SharedSecrets({ preview: { shared_secrets } }: { readonly preview: TokenImport }) {
  return (
    <Alert
      color="warning"
      icon={<IconAlertTriangle aria-hidden />}
      title="Tokens with the same secret"
    >
      <p>
        Each accepts the passcodes of the other. Often a spreadsheet has changed the serial numbers
        of a file that was imported before; then do not import it again.
      </p>
      <ul>
        {shared_secrets.slice(0, maxShown).map(({ serial, other }) => (
          <li key={`${serial} ${other}`}>
            {serial} has the secret of {other}
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function Details({ preview }: { readonly preview: TokenImport }) {
  const { problems, problem_count, unassigned, notes, serials } = preview
  return (
    <>
      {problems.length > 0 && (
        <Section
          title="Lines with errors"
          description={shownOf(Math.min(problems.length, maxShown), problem_count)}
        >
          <RowList
            label="Lines with errors"
            none=""
            rows={problems.slice(0, maxShown).map(({ where, what }) => ({
              key: where,
              title: where,
              detail: what,
            }))}
          />
        </Section>
      )}
      {unassigned.length > 0 && (
        <Section
          title="Imported without a user"
          description="The file names a user who can’t have the token."
        >
          <RowList
            label="Imported without a user"
            none=""
            rows={unassigned.slice(0, maxShown).map(({ serial, username, reason }) => ({
              key: serial,
              title: serial,
              detail: `${username}: ${reason}`,
            }))}
          />
        </Section>
      )}
      {notes.length > 0 && (
        <Section title="Read differently from how it is written">
          <RowList
            label="Notes"
            none=""
            rows={notes.slice(0, maxShown).map(({ where, what }) => ({
              key: where,
              title: where,
              detail: what,
            }))}
          />
        </Section>
      )}
      <Serials title="Added" serials={serials.added} count={preview.added} />
      <Serials
        title={preview.replaced > 0 ? 'Replaced' : 'Exist already'}
        serials={serials.existing}
        count={preview.replaced + preview.skipped}
      />
    </>
  )
}

function Serials({
  title,
  serials,
  count,
}: {
  readonly title: string
  readonly serials: readonly string[]
  readonly count: number
}) {
  if (serials.length === 0) return null
  return (
    <Section title={title} description={shownOf(serials.length, count)}>
      <p className="serials">{serials.join(', ')}</p>
    </Section>
  )
}

function shownOf(shown: number, count: number): string | undefined {
  return shown < count
    ? `The first ${shown.toLocaleString()} of ${count.toLocaleString()}`
    : undefined
}
