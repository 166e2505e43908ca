import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Secret } from '../../src/host/secret.ts'
import { serviceLog } from '../../src/host/service_log.ts'

function lines(debug = false) {
  const written: string[] = []
  const stream = { write: (line: string) => written.push(line) }
  const log = serviceLog({ name: 'countersign', debug, stream })
  return { log, written }
}

describe('the log of the service', () => {
  test('a line is one JSON object', () => {
    const { log, written } = lines()
    log.warn('a\nb', { username: 'alice', error: new Error('x') })
    const [line = '', ...more] = written
    assert.deepEqual(more, [])
    assert.equal(line.indexOf('\n'), line.length - 1)
    const { time, error, ...rest } = JSON.parse(line)
    assert.deepEqual(rest, { level: 'warn', name: 'countersign', username: 'alice', msg: 'a\nb' })
    assert.equal(new Date(time).toISOString(), time)
    assert.equal(error.message, 'x')
  })

  test('a secret prints as [secret]', () => {
    const { log, written } = lines()
    log.info('x', { skey: new Secret('open sesame'), deep: [{ skey: new Secret('open sesame') }] })
    assert(!written.join('').includes('sesame'))
    assert.equal(written.join('').split('[secret]').length, 3)
  })

  test('debug only when asked for', () => {
    for (const debug of [false, true]) {
      const { log, written } = lines(debug)
      log.debug('x')
      assert.equal(written.length, debug ? 1 : 0)
    }
  })
})
