import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compareFigures } from '../../bench/comparison.ts'
import { atLeast, type Cell, type Figures } from '../../bench/figure.ts'
import type { Circumstances } from '../../bench/kept_figures.ts'
import { fillFigures } from '../../docs/figure_tables.ts'

const here: Circumstances = {
  ...{ cpu: 'one', cores: 2, node: 'v24.0.0', busyBefore: 0, length: 'whole' },
}

function figures(...rows: readonly (readonly Cell[])[]): Figures {
  return {
    name: 'service',
    method: 'logins',
    columns: ['server', 'logins/s', 'x bare', 'p99 ms', 'RSS MiB'],
    rows,
    better: { 'logins/s': 'more', 'x bare': 'more', 'p99 ms': 'less', 'RSS MiB': 'less' },
    targets: [atLeast('logins against bare Node', 0.5, 0.35)],
    remarks: [],
    verified: [1],
  }
}

const committed = { circumstances: here, figures: figures(['ours', 1000, 0.5, 10, 100]) }

describe('figures beside the committed ones', () => {
  const regressionsOf = (now: Cell[], circumstances = here) =>
    compareFigures(figures(['ours', ...now]), circumstances, committed).regressions.map(
      ({ what }) => what,
    )

  test('a change within what runs differ by is no regression', () => {
    assert.deepEqual(regressionsOf([750, 0.43, 19, 112]), [])
  })

  test('a larger change is one, in the direction that is worse', () => {
    assert.deepEqual(regressionsOf([700, 0.4, 21, 116]), [
      'ours: logins/s',
      'ours: x bare',
      'ours: p99 ms',
      'ours: RSS MiB',
    ])
    assert.deepEqual(regressionsOf([9000, 5, 1, 10]), [])
  })

  test('on another machine only ratios and memory are compared', () => {
    assert.deepEqual(regressionsOf([100, 0.1, 900, 900], { ...here, cpu: 'other' }), [
      'ours: x bare',
      'ours: RSS MiB',
    ])
  })

  test('prints the committed figure and the change under each row', () => {
    const { text } = compareFigures(
      figures(['ours', 500, 0.5, 10, 100], ['new', 1, 1, 1, 1]),
      here,
      committed,
    )
    assert.match(text, /^ours +500 +0\.50 /m)
    assert.match(text, /committed +1,000 +0\.50 /)
    assert.match(text, /change +worse 0\.50x +1\.00x /)
    assert.match(text, /logins against bare Node: 0\.50x, target at least 0\.35x: met/)
    assert.equal(text.match(/committed +\d/g)?.length, 1)
  })

  test('columns that were renamed or are not compared show no change', () => {
    const old = { ...committed.figures, columns: ['server', 'a', 'b', 'c', 'd'] }
    const { regressions } = compareFigures(figures(['ours', 1, 1, 1, 1]), here, {
      circumstances: here,
      figures: old,
    })
    assert.deepEqual(regressions, [])
  })
})

describe('parts of pages that come from figures', () => {
  const kept = new Map([['service', committed]])

  test('has the columns that the page names', () => {
    const page = fillFigures(
      'before\n<!-- figures service: server, x bare -->\nold\n<!-- /figures -->\nafter\n',
      kept,
    )
    assert.match(page, /\| server \| x bare \|\n\| --- \| --- \|\n\| ours \| 0\.50 \|/)
    assert.doesNotMatch(page, /old/)
    assert.equal(fillFigures(page, kept), page)
  })

  test('fails if the page names a column that does not exist', () => {
    assert.throws(
      () => fillFigures('<!-- figures service: none -->\n<!-- /figures -->', kept),
      /figures of service have no column none/,
    )
  })

  test('states targets with their verdict, and what was not measured', () => {
    const page = fillFigures(
      '<!-- targets -->\n<!-- /targets -->\n<!-- figures panel -->\n<!-- /figures -->\n',
      kept,
    )
    assert.match(page, /\| logins against bare Node \| 0\.50x \| at least 0\.35x \| met \|/)
    assert.match(page, /Not measured yet: `npm run bench -- panel --keep`/)
  })
})
