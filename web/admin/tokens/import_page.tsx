import { Alert, Button, Group } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem } from '../api.ts'
import { useAct } from '../parts/act.ts'
import { FileDrop } from '../parts/file_drop.tsx'
import { LinkButton } from '../parts/links.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { ImportOptionFields } from './import_options.tsx'
import { ImportPreview } from './import_preview.tsx'
import { type ImportOptions, sendFile, type TokenImport } from './token_import.ts'

const maxBytes = 8 * 2 ** 20
const initial: ImportOptions = {
  duplicates: 'skip',
  kind: '',
  step_secs: '30',
  password: '',
  key: '',
  skip_invalid: false,
}

interface Order {
  readonly file: File
  readonly options: ImportOptions
}

/** A file of hardware tokens: what it would do first, then the import. */
export function ImportPage() {
  const [file, setFile] = useState<File>()
  const [options, setOptions] = useState(initial)
  const preview = useAct({
    run: ({ file: chosen, options: set }: Order) => sendFile(chosen, set, true),
  })
  const run = useAct({
    run: ({ file: chosen, options: set }: Order) => sendFile(chosen, set, false),
    changes: ['tokens', 'users', 'users-counts'],
    onDone: () => {
      preview.reset()
      forget()
    },
  })
  /** Nothing of the file stays in the page. */
  const forget = () => {
    setFile(undefined)
    setOptions(initial)
  }
  const check = (chosen: File, set: ImportOptions) => {
    setOptions(set)
    run.reset()
    preview.mutate({ file: chosen, options: set })
  }
  const problem = (name: string) =>
    fieldProblem(run.error, name) ?? fieldProblem(preview.error, name)
  return (
    <>
      <PageHeader
        title="Import hardware tokens"
        description="The file that came with the tokens: CSV, PSKC (RFC 6030), or the log of a YubiKey tool. You see what it does before anything is imported."
        back={{ to: '/tokens', label: 'Hardware tokens' }}
      />
      {run.data !== undefined && <Imported result={run.data} />}
      {file === undefined ? (
        <FileDrop
          label={run.data === undefined ? 'Choose a file' : 'Choose another file'}
          hint="Or drop it here. 8 MB at most."
          accept=".csv,.txt,.xml,.pskc,text/csv,text/plain,text/xml,application/pskc+xml"
          maxBytes={maxBytes}
          onFile={(chosen) => {
            setFile(chosen)
            check(chosen, initial)
          }}
        />
      ) : (
        <>
          <Section
            title={file.name}
            actions={
              <Button
                variant="default"
                size="xs"
                onClick={() => {
                  preview.reset()
                  run.reset()
                  forget()
                }}
              >
                Choose another file
              </Button>
            }
          >
            <Problem>{problem('content')}</Problem>
            <Problem>{formProblem(run.error) ?? formProblem(preview.error)}</Problem>
            <ImportOptionFields
              options={options}
              format={preview.data?.format}
              problem={problem}
              onChange={(set) => check(file, set)}
            />
          </Section>
          {preview.isPending && (
            <LoadingSkeleton h={220} mt="md" radius="lg" label="Reading the file" />
          )}
          {preview.data !== undefined && (
            <ImportPreview
              preview={preview.data}
              isPending={run.isPending}
              onImport={(skipInvalid) =>
                run.mutate({ file, options: { ...options, skip_invalid: skipInvalid } })
              }
            />
          )}
        </>
      )}
    </>
  )
}

function Imported({ result }: { readonly result: TokenImport }) {
  const { added, replaced, skipped, assigned, problem_count } = result
  const counts = [
    `${added.toLocaleString()} added`,
    `${replaced.toLocaleString()} replaced`,
    `${skipped.toLocaleString()} kept as they were`,
    `${assigned.toLocaleString()} assigned to users`,
    ...(problem_count === 0 ? [] : [`${problem_count.toLocaleString()} left out with errors`]),
  ]
  return (
    <Alert
      color="success"
      mb="md"
      icon={<IconCheck aria-hidden />}
      title="The tokens are imported"
      role="status"
    >
      <p>
        {counts.join(', ')}. The secrets are encrypted in the database, and can’t be exported.
        Delete the file now.
      </p>
      <Group gap="sm">
        <LinkButton to="/tokens?unassigned=true" variant="default" size="xs">
          Tokens without a user
        </LinkButton>
        <LinkButton to="/tokens" variant="default" size="xs">
          All tokens
        </LinkButton>
      </Group>
    </Alert>
  )
}
