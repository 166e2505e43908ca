import { Button, Checkbox, Group, Stack, Text } from '@mantine/core'
import { IconFileText } from '@tabler/icons-react'
import { Problem } from '../../parts/problem.tsx'
import { fieldProblem, formProblem } from '../api.ts'
import { FileDrop } from '../parts/file_drop.tsx'
import { Section } from '../parts/section.tsx'
import { usePermits } from '../session.ts'
import type { ImportOptions } from './import_job.ts'

const maxBytes = 8 * 2 ** 20

/** Chooses the file and what else the import does. Nothing is changed before the file was checked. */
export function ImportForm({
  file,
  onFile,
  options,
  onOptions,
  check,
}: {
  readonly file: File | undefined
  readonly onFile: (file: File) => void
  readonly options: ImportOptions
  readonly onOptions: (change: Partial<ImportOptions>) => void
  readonly check: {
    readonly mutate: () => void
    readonly isPending: boolean
    readonly error: unknown
  }
}) {
  const permits = usePermits()
  return (
    <Section title="File">
      <Stack gap="md">
        <FileDrop
          label={file === undefined ? 'Choose a CSV file' : 'Choose another file'}
          hint="or drop it here. At most 8 MB and 50,000 lines."
          accept=".csv,.txt,.tsv,text/csv,text/plain"
          maxBytes={maxBytes}
          onFile={onFile}
        />
        {file !== undefined && (
          <Group gap={8} wrap="nowrap" role="status">
            <IconFileText size={20} aria-hidden />
            <Text fz="sm" className="break">
              <b>{file.name}</b>, {sizeText(file.size)}
            </Text>
          </Group>
        )}
        {permits('groups.edit') && (
          <Checkbox
            label="Create groups that do not exist"
            description="Otherwise their lines are returned."
            checked={options.create_groups}
            onChange={(event) => onOptions({ create_groups: event.currentTarget.checked })}
          />
        )}
        {permits('users.invite') && (
          <Checkbox
            label="Mail an invitation to users without a device"
            description="Users of the file who have an open invitation get no second one."
            checked={options.invite}
            error={fieldProblem(check.error, 'invite')}
            onChange={(event) => onOptions({ invite: event.currentTarget.checked })}
          />
        )}
        <Problem>{fieldProblem(check.error, 'content') ?? formProblem(check.error)}</Problem>
        <Group>
          <Button
            disabled={file === undefined}
            loading={check.isPending}
            onClick={() => check.mutate()}
          >
            Check the file
          </Button>
          <Text fz="sm" c="dimmed">
            This changes nothing yet.
          </Text>
        </Group>
      </Stack>
    </Section>
  )
}

function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`
  const kilobytes = bytes / 1024
  return kilobytes < 1024
    ? `${Math.round(kilobytes).toLocaleString()} KB`
    : `${(kilobytes / 1024).toFixed(1)} MB`
}
