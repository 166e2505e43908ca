import { Badge, Button, Code, Loader, Text, TextInput } from '@mantine/core'
import { IconApi, IconDownload, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Problem } from '../../parts/problem.tsx'
import { apiUrl, errorMessage } from '../api.ts'
import { EmptyState } from '../parts/empty_state.tsx'
import { PageHeader } from '../parts/page_header.tsx'
import { Section } from '../parts/section.tsx'
import { useView } from '../parts/view.ts'
import { groupOperations, type OpenApiDocument, type ShownOperation } from './openapi.ts'
import './api_reference.css'

/** The reference of the Admin API, from its OpenAPI document. */
export function ApiReferencePage() {
  const { data, error } = useView<OpenApiDocument>('openapi.json')
  const [search, setSearch] = useState('')
  const groups = data === undefined ? [] : groupOperations(data, search)
  return (
    <>
      <PageHeader
        title="Admin API"
        description="Scripts call it as an application of the type Admin API, with Duo’s client libraries. Each call needs the permission that is shown with it."
        actions={
          <Button
            component="a"
            href={apiUrl('openapi.json')}
            download="openapi.json"
            variant="default"
            leftSection={<IconDownload size={18} aria-hidden />}
          >
            OpenAPI document
          </Button>
        }
      />
      <TextInput
        type="search"
        aria-label="Search the calls"
        placeholder="Search by path, summary or permission"
        leftSection={<IconSearch size={16} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        mb="md"
      />
      {error !== null && <Problem>{errorMessage(error)}</Problem>}
      {data === undefined && error === null && (
        <Loader role="status" aria-label="Loading the reference" />
      )}
      {data !== undefined && groups.length === 0 && (
        <EmptyState icon={IconApi} title="No call matches">
          Search by a part of the path, such as <code>users</code>.
        </EmptyState>
      )}
      {groups.map(([tag, operations]) => (
        <Section key={tag} title={heading(tag)}>
          {operations.map((operation) => (
            <OperationDetails key={operation.id} operation={operation} />
          ))}
        </Section>
      ))}
    </>
  )
}

/** `bypass_codes` as `Bypass codes`. */
function heading(tag: string): string {
  return tag.charAt(0).toUpperCase() + tag.slice(1).replaceAll('_', ' ')
}

function OperationDetails({ operation }: { readonly operation: ShownOperation }) {
  const { method, path, summary, permission, parameters } = operation
  return (
    <details className="api-operation">
      <summary>
        <Badge variant="light" {...(method === 'DELETE' ? { color: 'red' } : {})}>
          {method}
        </Badge>
        <Code className="break">{path}</Code>
        <Text component="span" fz="sm" c="dimmed">
          {summary}
        </Text>
      </summary>
      <Text fz="sm" my="xs">
        Permission: <Code>{permission}</Code>
      </Text>
      {parameters.length > 0 && (
        <dl className="api-parameters">
          {parameters.map(({ name, required, type, meaning }) => (
            <div key={name}>
              <dt>
                <Code>{name}</Code>{' '}
                <Text component="span" fz="xs" c="dimmed">
                  {required ? `${type}, required` : type}
                </Text>
              </dt>
              {meaning !== '' && <Text component="dd">{meaning}</Text>}
            </div>
          ))}
        </dl>
      )}
    </details>
  )
}
