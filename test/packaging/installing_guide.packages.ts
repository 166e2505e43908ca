import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { type CodeBlock, codeBlocks } from '../rig/guide.ts'
import { buildPackages } from './rig/built_packages.ts'
import { DebianTree, whyNoTrees } from './rig/debian_tree.ts'

const page = resolve(import.meta.dirname, '../../docs/installing.md')
const blocks = codeBlocks(page).filter(({ language }) => language === 'sh')

/** The sections whose commands run here, each in a tree of its own, with what has to be built before. */
const sections: ReadonlyMap<string, 'deb' | 'tar'> = new Map([
  ['Debian packages', 'deb'],
  ['Archives with `./install`', 'tar'],
])
/** The other sections with commands, and what runs these. */
const elsewhere: Readonly<Record<string, string>> = {
  'Build the packages': 'reproducible.packages.ts',
  Containers: 'image.packages.ts',
}

test('every command of docs/installing.md runs here, or in a test that is named here', () => {
  const unknown = blocks.filter(
    ({ section }) => !sections.has(section) && elsewhere[section] === undefined,
  )
  assert.deepEqual(
    unknown.map(({ at, section }) => `${at} (${section})`),
    [],
  )
})

for (const [name, kind] of sections) {
  describe(`docs/installing.md, ${name}`, { skip: whyNoTrees() ?? false }, () => {
    let tree: DebianTree
    before(async () => {
      tree = DebianTree.create('bookworm')
      tree.add(buildPackages(kind), '/root/dist')
      await tree.boot()
    })
    after(() => tree?.[Symbol.asyncDispose]())

    for (const { at, text } of blocks.filter(({ section }) => section === name)) {
      test(`${at} works as written`, () => runBlock(tree, text))
    }
  })
}

function runBlock(tree: DebianTree, text: CodeBlock['text']): void {
  const { status, output } = tree.attempt(`set -eu\ncd /root\n${text}`)
  assert.equal(status, 0, output)
}
