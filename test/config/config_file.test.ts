import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigFile } from '../../src/config/config_file.ts'
import type { ConfigTable } from '../../src/config/option.ts'
import { formatProblem, ProblemList } from '../../src/config/problem.ts'
import {
  boolean,
  integer,
  longText,
  oneOf,
  secret,
  text,
  words,
} from '../../src/config/value_type.ts'

const main = {
  name: 'main',
  meaning: 'defaults',
  options: { debug: { type: boolean, default: 'false', meaning: 'logs more' } },
} as const
const server = {
  name: 'ldap_server',
  meaning: 'listens',
  repeatable: true,
  options: {
    mode: { type: oneOf('safe', 'secure'), default: 'safe', critical: true, meaning: 'mode' },
    port: { type: integer({ min: 1, max: 65535 }), default: '389', meaning: 'port' },
    host: { type: text, required: true, numbering: 'further', meaning: 'server' },
    client_ip: { type: text, numbering: 'each', pairedWith: 'client_secret', meaning: 'client' },
    client_secret: { type: secret, numbering: 'each', pairedWith: 'client_ip', meaning: 'secret' },
    signing: {
      type: boolean,
      default: 'true',
      numbering: 'override',
      pairedWith: 'client_ip',
      meaning: 'signs',
    },
    exempt_ou: { type: longText, numbering: 'each', meaning: 'names' },
    factors: { type: words, default: 'push, phone', meaning: 'factors' },
    old: { type: boolean, default: 'false', status: 'not supported', meaning: 'nothing' },
    debug: { ...main.options.debug, inherited: true },
  },
} as const
const table: ConfigTable = {
  sections: [main, server],
  page: 'docs/test.md',
  inheritsFrom: 'main',
  protectedSecrets: true,
  unknownKeys: 'warning',
  emptyValues: 'error',
  sameSections: 'error',
  sectionCase: 'warning',
}
const lenient: ConfigTable = {
  ...table,
  unknownKeys: 'error',
  emptyValues: 'unset',
  sameSections: 'merged',
  sectionCase: 'ignored',
}

function read(content: string, rules = table) {
  const problems = new ProblemList('test.cfg')
  const file = ConfigFile.read(content, rules, problems.report)
  return { file, problems: problems.toArray().map(formatProblem) }
}

function readServer(content: string, rules = table) {
  const { file, problems } = read(content, rules)
  assert.deepEqual(problems, [])
  const section = file?.sections.find(({ kind }) => kind.name === server.name)
  assert(file !== undefined && section !== undefined)
  return file.values<typeof server.options>(section)
}

describe('the values of a section', () => {
  test('come from the section, else from the inherited section, else from the table', () => {
    const plain = readServer('[ldap_server]\nhost=a\n')
    assert.equal(plain.get('debug'), false)
    assert.equal(plain.get('port'), 389)
    assert.deepEqual(plain.get('factors'), ['push', 'phone'])
    const inherited = readServer('[main]\ndebug=yes\n[ldap_server]\nhost=a\n')
    assert.equal(inherited.get('debug'), true)
    assert.equal(inherited.has('debug'), true)
    assert.equal(inherited.has('port'), false)
    const own = readServer('[main]\ndebug=yes\n[ldap_server]\nhost=a\ndebug=no\nMODE=SECURE\n')
    assert.equal(own.get('debug'), false)
    assert.equal(own.get('mode'), 'secure')
  })

  test('of numbered keys are sorted by number, and gaps are allowed', () => {
    const values = readServer(
      '[ldap_server]\nhost_3=c\nhost=a\nhost_2=b\nexempt_ou_10=OU=x,\n  DC=y\nexempt_ou_9=OU=z\n',
    )
    assert.deepEqual(
      values.list('host').map(({ value }) => value),
      ['a', 'b', 'c'],
    )
    assert.deepEqual(values.list('exempt_ou'), [
      { number: 9, value: 'OU=z', line: 7 },
      { number: 10, value: 'OU=x,\nDC=y', line: 5 },
    ])
  })

  test('an override applies to one number, the key without a number to the others', () => {
    const values = readServer(
      '[ldap_server]\nhost=a\nclient_ip_1=b\nclient_secret_1=c\nclient_ip_2=d\nclient_secret_2=e\nsigning=no\nsigning_2=yes\n',
    )
    assert.equal(values.get('signing', 1), false)
    assert.equal(values.get('signing', 2), true)
  })
})

describe('did you mean', () => {
  const suggestions: readonly (readonly [string, string])[] = [
    ['client_sercet_2', 'client_secret_2'],
    ['cleint_ip_12', 'client_ip_12'],
    ['client_secret_protceted_3', 'client_secret_protected_3'],
    ['clientip', 'client_ip_1'],
    ['hots_2', 'host_2'],
    ['sigining', 'signing'],
    ['exempt_uo_1', 'exempt_ou_1'],
  ]
  for (const [written, meant] of suggestions) {
    test(`${written}: ${meant}`, () => {
      const { problems } = read(`[ldap_server]\nhost=a\n${written}=x\n`)
      assert.deepEqual(problems, [
        `test.cfg:3: warning: ${written} is not a key of [ldap_server] and has no effect; did you mean ${meant}?`,
      ])
    })
  }

  test('suggests a section with its number', () => {
    assert.deepEqual(read('[ldpa_server2]\n[mian]\n').problems, [
      'test.cfg:1: [ldpa_server2] is not a known section; did you mean [ldap_server2]?',
      'test.cfg:2: [mian] is not a known section; did you mean [main]?',
    ])
  })

  test('names the section of a key that is in the wrong one', () => {
    assert.deepEqual(read('[main]\nexempt_ou_1=OU=x\n').problems, [
      'test.cfg:2: warning: exempt_ou_1 is not a key of [main] and has no effect; it is a key of [ldap_server], move it there',
    ])
  })

  test('refers to the page if nothing is close', () => {
    assert.deepEqual(read('[main]\ncolour=blue\n[nowhere]\n').problems, [
      'test.cfg:2: warning: colour is not a key of [main] and has no effect; see docs/test.md',
      'test.cfg:3: [nowhere] is not a known section; see docs/test.md',
    ])
  })

  test('a misspelt critical key is an error, since its default would apply', () => {
    assert.deepEqual(read('[ldap_server]\nhost=a\nmoed=secure\n').problems, [
      'test.cfg:3: moed is not a key of [ldap_server] and has no effect; did you mean mode?',
    ])
  })
})

describe('problems', () => {
  test('every number needs its pair', () => {
    const { problems } = read(
      '[ldap_server]\nhost=a\nclient_ip_1=b\nclient_secret_2=c\nsigning_3=no\n',
    )
    assert.deepEqual(problems, [
      'test.cfg:3: client_secret_1 is missing; every client_ip_N needs a client_secret_N',
      'test.cfg:4: client_ip_2 is missing; every client_secret_N needs a client_ip_N',
      'test.cfg:5: warning: signing_3 has no effect, because client_ip_3 is missing; add it or correct the number',
    ])
  })

  test('a protected secret is the same option as the plain one', () => {
    const content = '[ldap_server]\nhost=a\nclient_ip_1=b\nclient_secret_protected_1=c\n'
    assert.deepEqual(read(content).problems, [])
    assert.deepEqual(read(`${content}client_secret_1=d\n`).problems, [
      'test.cfg:5: client_secret_protected_1 and client_secret_1 are both set; remove one of them',
    ])
  })

  test('a required option, a wrong value, an option without effect', () => {
    assert.deepEqual(read('[ldap_server]\nport=0\nold=yes\nmode=open\n').problems, [
      'test.cfg:1: host is missing in [ldap_server] (server)',
      "test.cfg:2: port is '0'; expected an integer from 1 to 65535",
      'test.cfg:3: warning: old is not supported and has no effect',
      "test.cfg:4: mode is 'open'; expected safe | secure",
    ])
  })

  test('a key of the section that became part of a longer value', () => {
    const { problems } = read('[ldap_server]\nhost=a\nexempt_ou_1=OU=x,\n  DC=y\n  port=3\n')
    assert.deepEqual(problems, [
      "test.cfg:5: this line is indented more than line 3, so 'port' becomes part of the value of exempt_ou_1; remove the indentation",
    ])
  })
})

describe('an indented line under an unknown key', () => {
  test('is reported if it looks like a key', () => {
    assert.deepEqual(read('[ldap_server]\nhost=a\nhots=b\n  mode=secure\n').problems, [
      'test.cfg:3: warning: hots is not a key of [ldap_server] and has no effect; did you mean host?',
      "test.cfg:4: this line is indented more than line 3, so 'mode' becomes part of the value of hots; remove the indentation",
    ])
  })
})

describe('a table can be strict or lenient', () => {
  const content = '[Ldap_Server]\nhost=a\nmode=\n[ldap_server]\nport=2\n'

  test('strict', () => {
    assert.deepEqual(read(content).problems, [
      'test.cfg:1: warning: [Ldap_Server] is read as [ldap_server]; write it in lower case',
      'test.cfg:3: mode is empty; add a value or remove the line',
      'test.cfg:4: [ldap_server] is already in line 1; add a number, as in [ldap_server2]',
    ])
  })

  test('lenient', () => {
    const values = readServer(content, lenient)
    assert.equal(values.get('mode'), 'safe')
    assert.equal(values.get('port'), 2)
    assert.deepEqual(read(`${content}port=3\ncolour=1\nport=\n`, lenient).problems, [
      'test.cfg:6: port is already set in line 5; remove one of the two',
      'test.cfg:7: colour is not a key of [ldap_server]; see docs/test.md',
      'test.cfg:8: port is already set in line 5; remove one of the two',
    ])
  })
})
