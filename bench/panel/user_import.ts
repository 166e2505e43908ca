import assert from 'node:assert/strict'
import { UserImport } from '../../src/service/administration/acts/user_import.ts'
import { Administration } from '../../src/service/administration/administration.ts'
import { builtInRole } from '../../src/service/administration/roles.ts'
import { readUserFile } from '../../src/service/people/user_file/user_file.ts'
import type { Store } from '../../src/service/store/store.ts'

/**
 * Imports a file in which one line in a hundred is bad, into a company that exists.
 *
 * @returns Milliseconds for each line.
 */
export async function importUsers(store: Store, lines: number): Promise<number> {
  const rows = Array.from({ length: lines }, (_, index) => {
    const email = index % 100 === 50 ? 'broken address' : `import${index}@example.com`
    return `import${index},User ${index},${email},alias-import${index},+1202${5_550_000 + index},Imported`
  })
  const file = await readUserFile(
    Buffer.from(['username,realname,email,alias1,phone1,group1', ...rows].join('\n')),
  )
  const clock = { now: () => Date.now() }
  const owner = new Administration(store, clock, { name: 'bench', role: builtInRole('Owner') })
  const options = { dryRun: false, createGroups: true, invite: undefined }
  const began = performance.now()
  const { created, problems } = await new UserImport(store, owner, clock, options).run(file)
  const took = performance.now() - began
  assert.equal(problems.length, lines / 100)
  assert.equal(created, lines - problems.length)
  return took / lines
}
