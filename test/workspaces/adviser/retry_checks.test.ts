import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkRetries } from '../../../src/workspaces/adviser/retry_checks.ts'

const directory = { timeoutSecs: 20, retries: 1, servers: 2 }
const application = { name: 'WorkSpaces', ...directory }

describe('the retries that an application expects', () => {
  test('are those of the directory', () => {
    assert.equal(checkRetries(directory, application).severity, 'ok')
  })

  test('each difference is a warning that names the command', () => {
    const changes = [{ timeoutSecs: 15 }, { retries: 2 }, { servers: 1 }]
    for (const change of changes) {
      const { severity, todo } = checkRetries(directory, { ...application, ...change })
      assert.equal(severity, 'warning')
      assert.equal(
        todo,
        "Run: countersign app edit 'WorkSpaces' --radius-timeout 20 --radius-retries 1 --radius-servers 2",
      )
    }
  })

  test('without joining, each retry is a push of its own', () => {
    const { severity, what, todo } = checkRetries(directory, {
      ...application,
      name: "the boss's",
      timeoutSecs: 0,
    })
    assert.equal(severity, 'note')
    assert.match(what, /is a sign-in of its own/)
    assert.match(todo ?? '', /app edit 'the boss'\\''s' /)
  })
})
