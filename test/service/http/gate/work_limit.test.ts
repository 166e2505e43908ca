import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import {
  ApplicationBusy,
  type Work,
  WorkLimit,
} from '../../../../src/service/http/gate/work_limit.ts'

const nextTurn = () => new Promise((resolve) => setImmediate(resolve))

describe('calls in work of one application', () => {
  let limit: WorkLimit
  let begun: Work[]
  beforeEach(() => {
    limit = new WorkLimit({ inWork: 2, queued: 3, perTurn: 10 })
    begun = []
  })
  const enter = (ikey = 'a') => limit.enter(ikey, (work) => begun.push(work))

  test('begin at once up to the limit, then one for each that ends, in their order', async () => {
    const works = [enter(), enter(), enter(), enter()]
    assert.deepEqual(begun, works.slice(0, 2))
    works[1]?.end()
    await nextTurn()
    assert.deepEqual(begun, works.slice(0, 3))
    works[0]?.end()
    works[2]?.end()
    await nextTurn()
    assert.deepEqual(begun, works)
  })

  test('are refused beyond the queue, and leave other applications alone', () => {
    for (let index = 0; index < 5; index++) enter()
    assert.throws(() => enter(), ApplicationBusy)
    enter('b')
    assert.equal(begun.length, 3)
  })

  test('are no more while they wait for their users, until their clients give up', async () => {
    const [first, second] = [enter(), enter()]
    first.waits()
    second.waits()
    const [third, fourth] = [enter(), enter()]
    assert.equal(begun.length, 4)
    third.end()
    fourth.end()
    // the handlers of both go on to their ends
    first.givenUp()
    second.givenUp()
    enter()
    await nextTurn()
    assert.equal(begun.length, 4)
    first.end()
    await nextTurn()
    assert.equal(begun.length, 5)
  })

  test('count until their handlers end, also if their clients have given up', async () => {
    const [first] = [enter(), enter()]
    first.givenUp()
    enter()
    await nextTurn()
    assert.equal(begun.length, 2)
    first.end()
    await nextTurn()
    assert.equal(begun.length, 3)
  })

  test('never begin if their clients give up in the queue', async () => {
    const [first, , third, fourth] = [enter(), enter(), enter(), enter()]
    third.givenUp()
    first.end()
    await nextTurn()
    assert.equal(begun.at(-1), fourth)
    assert.equal(begun.length, 3)
  })

  test('begin in slices, so that the event loop is free between them', async () => {
    limit = new WorkLimit({ inWork: 100, queued: 100, perTurn: 2 })
    for (let index = 0; index < 5; index++) enter()
    assert.equal(begun.length, 2)
    await nextTurn()
    assert.equal(begun.length, 4)
    await nextTurn()
    assert.equal(begun.length, 5)
  })

  test('begin at once if they are urgent, within twice the limit', () => {
    const enterUrgent = () => limit.enter('a', (work) => begun.push(work), { isUrgent: true })
    for (let index = 0; index < 5; index++) enter()
    enterUrgent()
    enterUrgent()
    assert.equal(begun.length, 4)
    assert.throws(enterUrgent, ApplicationBusy)
  })
})
