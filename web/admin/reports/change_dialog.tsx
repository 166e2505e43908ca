import { Table } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Problem } from '../../parts/problem.tsx'
import { errorMessage } from '../api.ts'
import { actionWords } from '../parts/action_words.ts'
import { DefinitionList } from '../parts/definition_list.tsx'
import { LoadingSkeleton } from '../parts/loading_skeleton.tsx'
import { Moment } from '../parts/moment.tsx'
import { RouteDialog } from '../parts/route_dialog.tsx'
import { valueText } from '../parts/value_text.ts'
import { useView } from '../parts/view.ts'
import type { Change } from './log_line.ts'

export function ChangeDialog() {
  const { id = '' } = useParams({ strict: false })
  const { data, error } = useView<Change>(`logs/administrator/${id}`)
  return (
    <RouteDialog
      parent="/reports/administrator"
      title={data === undefined ? 'Action' : actionWords(data.action)}
      size={620}
    >
      {error !== null && <Problem>{errorMessage(error)}</Problem>}
      {data === undefined && error === null && <LoadingSkeleton h={200} />}
      {data !== undefined && <Details line={data} />}
    </RouteDialog>
  )
}

function Details({ line }: { readonly line: Change }) {
  const changes = Object.entries(line.changes)
  return (
    <>
      <DefinitionList
        items={[
          ['Time', <Moment key="time" at={line.timestamp} withDate />],
          ['By', line.actor],
          ['From', line.address],
          ['Object', line.object],
          ['Identifier', line.object_id],
          ...(changes.length === 0 ? [['Details', line.description] as const] : []),
        ]}
      />
      {changes.length > 0 && (
        <Table mt="md" aria-label="Changes">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Field</Table.Th>
              <Table.Th>Before</Table.Th>
              <Table.Th>After</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map(([field, { before, after }]) => (
              <Table.Tr key={field}>
                <Table.Td>{field}</Table.Td>
                <Table.Td className="break">{valueText(before)}</Table.Td>
                <Table.Td className="break">{valueText(after)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  )
}
