import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { AuthApiDouble } from '../rig/auth_api_double.ts'
import { TranscriptRunner } from '../rig/transcript.ts'

const folder = join(import.meta.dirname, 'transcript')
/** `npm run transcripts` writes the files anew; read the difference before you commit it. */
const writesAnew = process.env.UPDATE_TRANSCRIPTS === '1'

describe('transcripts', () => {
  let api: AuthApiDouble

  before(async () => {
    api = await AuthApiDouble.start()
    api.check = () => ({ response: { time: Math.floor(Date.now() / 1000) } })
  })
  after(() => api.close())

  for (const name of readdirSync(folder).filter((file) => file.endsWith('.txt'))) {
    test(name, async () => {
      const file = join(folder, name)
      const expected = readFileSync(file, 'utf8')
      const runner = await TranscriptRunner.create(api)
      try {
        const replayed = await runner.replay(expected)
        if (writesAnew) writeFileSync(file, replayed)
        else assert.equal(replayed, expected)
      } finally {
        await runner.close()
      }
    })
  }
})
