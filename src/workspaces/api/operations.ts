import type { WorkspacesDirectory } from '../directory/directory.ts'
import { DirectoryServiceError } from '../directory/directory_service_error.ts'
import { describeForAws } from './directory_description.ts'

/** An operation of the API: takes the members of the request, returns those of the answer. */
type Operation = (
  input: Readonly<Record<string, unknown>>,
  directories: readonly WorkspacesDirectory[],
) => object

const directoryIdForm = /^d-[0-9a-f]{10}$/
const defaultPageSize = 100

const operations: Readonly<Record<string, Operation>> = {
  DescribeDirectories: describeDirectories,
  EnableRadius(input, directories) {
    findDirectory(input, directories).enableRadius(radiusSettingsOf(input))
    return {}
  },
  UpdateRadius(input, directories) {
    findDirectory(input, directories).updateRadius(radiusSettingsOf(input))
    return {}
  },
  DisableRadius(input, directories) {
    findDirectory(input, directories).disableRadius()
    return {}
  },
}

export function findOperation(name: string): Operation | undefined {
  return Object.hasOwn(operations, name) ? operations[name] : undefined
}

function describeDirectories(
  input: Readonly<Record<string, unknown>>,
  directories: readonly WorkspacesDirectory[],
): object {
  const chosen = chooseDirectories(input.DirectoryIds ?? undefined, directories)
  const limit = parseLimit(input.Limit ?? undefined)
  const start = parseNextToken(input.NextToken ?? undefined, chosen.length)
  const end = start + limit
  return {
    DirectoryDescriptions: chosen.slice(start, end).map(describeForAws),
    ...(end < chosen.length ? { NextToken: formatNextToken(end) } : {}),
  }
}

function chooseDirectories(
  ids: unknown,
  directories: readonly WorkspacesDirectory[],
): readonly WorkspacesDirectory[] {
  if (ids === undefined) return directories
  if (!Array.isArray(ids)) throw invalid('DirectoryIds must be a list')
  if (ids.length === 0) throw invalid('DirectoryIds must not be empty; leave it out to list all')
  return ids.map((id) => directoryWithId(id, directories))
}

function parseLimit(limit: unknown): number {
  if (limit === undefined || limit === 0) return defaultPageSize
  if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return limit
  throw invalid("Value at 'limit' failed to satisfy constraint: Member must be 0 or more")
}

function formatNextToken(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString('base64')
}

function parseNextToken(token: unknown, count: number): number {
  if (token === undefined) return 0
  for (let start = 1; start < count; start++) if (token === formatNextToken(start)) return start
  throw new DirectoryServiceError('InvalidNextTokenException', 'The NextToken value is not valid')
}

function findDirectory(
  input: Readonly<Record<string, unknown>>,
  directories: readonly WorkspacesDirectory[],
): WorkspacesDirectory {
  return directoryWithId(input.DirectoryId, directories)
}

function directoryWithId(
  id: unknown,
  directories: readonly WorkspacesDirectory[],
): WorkspacesDirectory {
  if (typeof id !== 'string' || !directoryIdForm.test(id)) {
    throw invalid(
      "Value at 'directoryId' failed to satisfy constraint: Member must satisfy regular expression pattern: ^d-[0-9a-f]{10}$",
    )
  }
  const found = directories.find(({ identity }) => identity.directoryId === id)
  if (found !== undefined) return found
  throw new DirectoryServiceError('EntityDoesNotExistException', `Directory ${id} does not exist`)
}

function radiusSettingsOf(
  input: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { RadiusSettings: settings } = input
  if (typeof settings === 'object' && settings !== null && !Array.isArray(settings)) {
    return { ...settings }
  }
  throw invalid("Value at 'radiusSettings' failed to satisfy constraint: Member must not be null")
}

function invalid(message: string): DirectoryServiceError {
  return new DirectoryServiceError('InvalidParameterException', message)
}
