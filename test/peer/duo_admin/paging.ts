import assert from 'node:assert/strict'
import { type ScenarioContext, tokenSecret } from './scenario.ts'

const users = '/admin/v1/users'
const maxLimit = 300

/** @param count A multiple of 100. */
export async function createUsers({ api, prefix }: ScenarioContext, count: number): Promise<void> {
  for (let first = 0; first < count; first += 100) {
    await api.call('POST', `${users}/bulk_create`, {
      users: Array.from({ length: 100 }, (_, index) => ({
        username: `${prefix}-page-${first + index}`,
      })),
    })
  }
}

export async function pagesOverManyUsers({ api, prefix }: ScenarioContext): Promise<void> {
  const usual = await api.envelope('GET', users)
  assert.equal(usual.response.length, 100)
  assert.deepEqual([usual.metadata.next_offset, usual.metadata.prev_offset], [100, undefined])
  const greedy = await api.envelope('GET', users, { limit: 100_000 })
  assert.equal(greedy.response.length, maxLimit)
  assert.equal(greedy.metadata.next_offset, maxLimit)
  const { total_objects: total } = usual.metadata
  assert.ok(total > 1000)

  // a user whose name sorts before all others arrives after the first page was read
  const newcomers: string[] = []
  const seen = await allPages(async (offset) => {
    const page = await api.envelope('GET', users, { limit: maxLimit, offset })
    if (newcomers.length === 0) {
      const created = await api.call('POST', users, { username: `0-${prefix}-newcomer` })
      newcomers.push(created.user_id)
    }
    return page
  })
  assert.equal(new Set(seen).size, seen.length, 'no user is listed twice')
  assert.equal(seen.filter((userId) => !newcomers.includes(userId)).length, total)
  for (const userId of newcomers) await api.call('DELETE', `${users}/${userId}`)

  const beyond = await api.envelope('GET', users, { limit: 10, offset: total })
  assert.deepEqual([beyond.response, beyond.metadata.next_offset], [[], undefined])
}

interface GrowingList {
  readonly path: string
  readonly key: string
  /** @param name Decides where the entry would stand in a list by name. */
  readonly entry: (name: string) => Readonly<Record<string, string>>
}

const growingLists: readonly GrowingList[] = [
  {
    path: '/admin/v1/phones',
    key: 'phone_id',
    entry: (name) => ({ number: name.endsWith('a') ? '+12025550100' : '+12025550101' }),
  },
  {
    path: '/admin/v1/tokens',
    key: 'token_id',
    entry: (serial) => ({ type: 'h6', serial, secret: tokenSecret }),
  },
  {
    path: '/admin/v1/admins',
    key: 'admin_id',
    entry: (name) => ({ name, email: `${name}@example.com`, role: 'Read-only' }),
  },
  {
    path: '/admin/v3/integrations',
    key: 'integration_key',
    entry: (name) => ({ name, type: 'radius' }),
  },
]

/** A new entry comes last, so that a client which pages by offset reads none twice. */
export async function pagesOfListsThatGrow({ api, prefix }: ScenarioContext): Promise<void> {
  for (const { path, key, entry } of growingLists) {
    const first = await api.call('POST', path, entry(`0-${prefix}-b`))
    const { metadata } = await api.envelope('GET', path, { limit: 1 })
    const second = await api.call('POST', path, entry(`0-${prefix}-a`))
    const [next] = await api.call('GET', path, { limit: 1, offset: metadata.total_objects })
    assert.equal(next[key], second[key], path)
    for (const { [key]: id } of [first, second]) await api.call('DELETE', `${path}/${id}`)
  }
}

interface Page {
  readonly response: readonly { readonly user_id: string }[]
  readonly metadata: { readonly next_offset?: number; readonly prev_offset?: number }
}

async function allPages(read: (offset: number) => Promise<Page>): Promise<readonly string[]> {
  const seen: string[] = []
  let offset: number | undefined = 0
  while (offset !== undefined) {
    const { response, metadata }: Page = await read(offset)
    for (const { user_id: userId } of response) seen.push(userId)
    offset = metadata.next_offset
  }
  return seen
}
