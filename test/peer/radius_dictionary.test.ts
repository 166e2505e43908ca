import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { attributeDefinitions } from '../../src/radius/index.ts'
import { skipWithout } from '../rig/debian_package.ts'

const folder = '/usr/share/freeradius'
const skip = skipWithout('freeradius-common', join(folder, 'dictionary.rfc2865'))

/** What each of our kinds is called there. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  text: ['string'],
  string: ['octets', 'string'],
  integer: ['integer', 'ipaddr'],
  enum: ['integer'],
  time: ['date'],
  ipv4addr: ['ipaddr'],
  ipv6addr: ['ipv6addr'],
  ipv6prefix: ['ipv6prefix'],
  ifid: ['ifid'],
  concat: ['octets'],
  vsa: ['vsa'],
  extended: ['extended', 'long-extended'],
}

describe('the dictionary beside that of FreeRADIUS', { skip }, () => {
  test('attributes that both define have the same vendor, number, type and tag', () => {
    const theirs = readDictionaries()
    const unknown: string[] = []
    for (const { name, vendor = 0, type, kind, tagged } of attributeDefinitions) {
      const other = theirs.get(name)
      if (other === undefined) unknown.push(name)
      else {
        const sameKind = kinds[kind]?.includes(other.kind) ?? false
        assert.deepEqual(
          [name, vendor, type, sameKind ? other.kind : kind, tagged],
          [name, other.vendor, other.type, other.kind, other.tagged],
        )
      }
    }
    assert.deepEqual(unknown, [])
  })
})

interface Theirs {
  readonly vendor: number
  readonly type: number
  readonly kind: string
  readonly tagged: boolean
}

function readDictionaries(): Map<string, Theirs> {
  const attributes = new Map<string, Theirs>()
  const files = readdirSync(folder).filter((file) => file.startsWith('dictionary.'))
  for (const file of files) {
    const numbers = new Map<string, number>()
    let vendor = 0
    for (const line of readFileSync(join(folder, file), 'latin1').split('\n')) {
      const [word = '', name = '', number = '', kind = '', flags = ''] = line.trim().split(/\s+/)
      if (word === 'VENDOR') numbers.set(name, Number(number))
      else if (word === 'BEGIN-VENDOR') vendor = numbers.get(name) ?? -1
      else if (word === 'END-VENDOR') vendor = 0
      else if (word === 'ATTRIBUTE' && /^\d+$/.test(number) && !attributes.has(name)) {
        attributes.set(name, {
          vendor,
          type: Number(number),
          kind: kind.replace(/\[\d+\]$/, ''),
          tagged: flags.includes('has_tag'),
        })
      }
    }
  }
  return attributes
}
