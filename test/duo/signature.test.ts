import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  canonicalNamed,
  canonicalParameters,
  duoHeadersHash,
  encodeParameter,
  type Parameter,
  parseAuthorization,
  parseEncodedParameters,
  type ReceivedRequest,
  sign,
  signingKey,
  verifiedVersion,
} from '../../src/duo/index.ts'
import { authorization } from '../../src/duo/signature.ts'

const names: readonly Parameter[] = [
  ['realname', 'First Last'],
  ['username', 'root'],
]

describe('test vectors of the vendor’s clients', () => {
  test('v2, SHA-1 and SHA-512, unicode (duo_client_python)', () => {
    const parts = {
      date: 'Fri, 07 Dec 2012 17:18:00 -0000',
      method: 'PoSt',
      host: 'foo.bar52.com',
      path: '/Foo/BaR2/qux',
      parameters: unicode,
    }
    const key = signingKey('gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT')
    assert.equal(sign(parts, key, 2, 'sha1'), 'f01811cbbf9561623ab45b893096267fd46a5178')
    assert.equal(
      sign(parts, key, 2),
      '0508065035a03b2a1de2f453e629e791d180329e157f65df6b3e0f08299d4321e1c5c7a7c7ee6b9e5fc80d1fb6fbf3ad5eb7c44dd3b3985a02c37aca53ec3698',
    )
  })

  const root = {
    date: 'Tue, 21 Aug 2012 17:29:18 -0000',
    method: 'POST',
    host: 'test.duosecurity.com',
    path: '/test/v1',
  }

  test('v2, form (duo_api_nodejs)', () => {
    assert.equal(
      sign({ ...root, parameters: names }, signingKey('test_skey'), 2),
      '042a30c682bd836fc5ba467891a956eaa10091ca0f73a7fb396aefd56a3529e56932dea427a67213af664ba6841689ff2336b7a373766ea5ab7ab9fe2638226b',
    )
  })

  test('v5, JSON without X-Duo headers (duo_api_nodejs)', () => {
    const body = '{"realname":"First Last","username":"root"}'
    assert.equal(
      sign({ ...root, parameters: [], body }, signingKey('test_skey'), 5),
      '7d02409a152764843cccd8284da153b3fb446baad5f998886325e24bc9cd4a244de85ad4bfa7ea285d68209f160835673d8b4f1e1b23d9cd521d26bfe7f366a4',
    )
  })

  const list = {
    date: 'Tue, 21 Aug 2012 17:29:18 -0000',
    method: 'POST',
    host: 'api-xxxxxxxx.duosecurity.com',
    path: '/accounts/v1/account/list',
  }
  const documentedKey = signingKey('Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep')

  test('v2, the documentation’s example, SHA-512 and SHA-1 (duo_api_golang)', () => {
    const parts = { ...list, parameters: names }
    assert.equal(
      sign(parts, documentedKey, 2),
      '1bffb8924348f7db7da9e7d7d749ded93aafd02d8e904960da7b96c57510220185a64a2827ee8f24ac5d30802a9ee97e59de44b304b18242f0d596d15a8122af',
    )
    assert.equal(sign(parts, documentedKey, 2, 'sha1'), '2d97d6166319781b5a3a07af39d366f491234edc')
  })

  test('v5, query and JSON body (duo_api_golang)', () => {
    const body = '{"txid":"f22b1678-252a-4070-b176-0ca2be7319fd"}'
    const parts = { ...list, parameters: names.slice(0, 1), body }
    assert.equal(
      sign(parts, documentedKey, 5),
      '78f4327f831173cc78d0907e913e3c5a28fe72dd4545a342586bb67181f2ba393d20911e870362f6faba3dc6f7e9db5e93aed2f3bfc110c6dadaff4dc6179e0b',
    )
  })

  test('v4 and v5, JSON (duo_api_csharp)', () => {
    const parts = {
      date: 'Fri, 07 Dec 2012 17:18:00 -0000',
      method: 'POST',
      host: 'foo.bar52.com',
      path: '/Foo/BaR2/qux',
      parameters: [],
      body: '{"alpha":["a","b","c","d"],"data":"abc123","info":{"another":2,"test":1}}',
      headers: [['X-Duo-Header-1', 'header_value_1']] satisfies Parameter[],
    }
    const key = signingKey('gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT')
    assert.equal(
      sign(parts, key, 4),
      '216ef21996936936d0fbc484777d4f4f1b3a18b52f65d992b02ddfbaaaee4b5fd1044c34973e5150174528f56e6b0eaceb7da4f16512e4c9385ada6fcaa3c3e8',
    )
    assert.equal(
      sign(parts, key, 5),
      '66076610970c23056c8ce0c66ddd2db2d0f10876a825814d92e9ee3dd04189752c88a5be79d20f6d56cacc7a9f16a6b8e695a0028a7f60ed219496ac53ddfac7',
    )
  })

  const date = 'Fri, 24 May 2024 12:00:00 -0000'
  const hmac = { date, host: 'api-xxxxxxxx.duosecurity.com', path: '/api/path' }
  const dated: Parameter[] = [['x-duo-date', date]]
  const others: Parameter[] = [
    ...dated,
    ['x-duo-foo', 'bar'],
    ['x-duo-bar', 'foo'],
    ['non-duo-bar', 'duo'],
  ]
  const query: Parameter[] = [
    ['foo', 'bar'],
    ['one', '1'],
    ['bool', 'true'],
  ]
  const requests = [
    [
      'GET',
      [],
      '',
      dated,
      'c454639d75b4e3d99b8b1d5e41cd7bb2d2d8ba55f6811f786dfb0edd4facd2f3a5e6d6c837f31f6826706325b4ed7dcdc5f11164948e57a7032a524990e01583',
    ],
    [
      'POST',
      [],
      '{}',
      dated,
      '12a05d783b2e58e36f37df8a6907835496fbe20fb3d04b15036c82b1694fc58d1c0451b937fb9ba6e7c2b44d89b473af708166183d216aea13e52742a57f239f',
    ],
    [
      'GET',
      [['foo', 'bar']],
      '',
      dated,
      '88fe80f3b242b992f4b301408d524a886274d3ed0c4c7bd184e1b4ff378e68ea05d9433c09938078c49517a6c4264c950be9ff5cc28ad2d448cea24bc93887ca',
    ],
    [
      'POST',
      [],
      '{"foo":"bar"}',
      dated,
      '643770af31006c584a758d926250e46a90d79100d21f7a0313c3e77d64fa3c5d2c94e2c9081a2b65343cc3d5f2ed21f7300ea50b00640cb1760f323192307d37',
    ],
    [
      'GET',
      query,
      '',
      others,
      'd46556726800415dc78cefc3fb4e11dcf3ee1342904f276ed5c8e3427878bd5376ea6c5551b90bf707fab53f6f1d20a114898898705d28268824edd0be5f1d53',
    ],
    [
      'POST',
      [],
      '{"bool":"true","foo":"bar","one":"1"}',
      others,
      'def7b7359b0399543b61d3d1a4252c1908eb486039168aa7d1c93545f052e121062e4d0d3cae80f0f125dc497c43c53b62c9db58cacd21394a3b17ad972e3793',
    ],
  ] as const
  for (const [method, parameters, body, headers, expected] of requests) {
    test(`v5, x-duo-date, ${method} ${JSON.stringify(parameters)} ${body} (duo_hmac_python)`, () => {
      const parts = { ...hmac, method, parameters, body, headers }
      const key = signingKey('test'.repeat(10))
      assert.equal(sign(parts, key, 5), expected)
      const received: ReceivedRequest = {
        ...{ method, body, date, headers, path: hmac.path, form: [] },
        query: parameters.map(encodeParameter),
        hosts: ['API-XXXXXXXX.duosecurity.com:8443'],
      }
      assert.equal(verifiedVersion(received, expected, key), 5)
    })
  }

  test('hash of X-Duo headers (duo_client_python)', () => {
    assert.equal(
      duoHeadersHash([
        ['x-duo-A', 'header_value_1'],
        ['X-Duo-B', 'header_value_2'],
      ]),
      '60be11a30e0756f2ee2afdce1db849b987dcf86c1133394bd7bbbc9877920330c4d78aceacbb377ab8cbd9a8efe6a410fed4047376635ac71226ab46ca10d2b1',
    )
  })

  test('v1, SHA-1 without a date', () => {
    const parts = {
      date: '',
      method: 'POST',
      host: 'foo.bar52.com',
      path: '/Foo/BaR2/qux',
      parameters: names,
    }
    const key = signingKey('gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT')
    assert.equal(sign(parts, key, 1, 'sha1'), 'cca5735be0389e5205056b8561fc33ddc02dcfa2')
  })

  test('named parameters have the same form as pairs', () => {
    const name = fc.stringMatching(/^[a-z_]{1,8}$/)
    const value = fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined })
    fc.assert(
      fc.property(fc.dictionary(name, value), (parameters) => {
        const pairs = Object.entries(parameters).flatMap(([each, text]) =>
          text === undefined ? [] : [[each, text] as const],
        )
        assert.equal(canonicalNamed(parameters), canonicalParameters(pairs))
      }),
    )
  })

  test('encoding of parameters', () => {
    assert.equal(
      canonicalParameters([
        ['punctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
        ['whitespace', '\t\n\x0b\x0c\r '],
        ['foo_bar', '2'],
        ['foo', '3'],
        ['foo', '1'],
      ]),
      'foo=1&foo=3&foo_bar=2&punctuation=%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~&whitespace=%09%0A%0B%0C%0D%20',
    )
  })
})

describe('signature verification', () => {
  const key = signingKey('k'.repeat(40))
  const date = 'Tue, 24 Nov 2026 17:18:00 -0000'
  const encodedNames = names.map(encodeParameter)
  const received: ReceivedRequest = {
    method: 'POST',
    hosts: ['127.0.0.1:8443'],
    path: '/auth/v2/auth',
    query: [],
    form: encodedNames,
    body: 'username=root&realname=First+Last',
    date,
    headers: [['date', date]],
  }

  test('accepts the host with and without its port, in both digests', () => {
    for (const host of ['127.0.0.1', '127.0.0.1:8443']) {
      for (const digest of ['sha1', 'sha512'] as const) {
        const parts = { date, method: 'POST', host, path: received.path, parameters: names }
        assert.equal(verifiedVersion(received, sign(parts, key, 2, digest), key), 2)
      }
    }
  })

  test('accepts the host in any case, with a trailing dot, and any of several names', () => {
    const behind = { ...received, hosts: ['backend:8443', 'MFA.example.com:443'] }
    for (const host of ['mfa.example.com', 'MFA.example.com.', 'mfa.example.com:443', 'backend']) {
      const parts = { date, method: 'POST', host, path: received.path, parameters: names }
      assert.equal(verifiedVersion(behind, sign(parts, key, 2), key), 2, host)
    }
    const other = {
      date,
      method: 'POST',
      host: 'example.com',
      path: received.path,
      parameters: names,
    }
    assert.equal(verifiedVersion(behind, sign(other, key, 2), key), undefined)
  })

  test('accepts version 1 with a date, which it does not sign', () => {
    const parts = {
      date,
      method: 'POST',
      host: '127.0.0.1',
      path: received.path,
      parameters: names,
    }
    for (const digest of ['sha1', 'sha512'] as const) {
      assert.equal(verifiedVersion(received, sign(parts, key, 1, digest), key), 1)
    }
  })

  test('accepts octets that are not UTF-8, in a form and in a body', () => {
    const form = parseEncodedParameters('username=a%ff%c3%28&realname=%7e%2b+\xe9')
    const canonical = 'realname=~%2B%20%E9&username=a%FF%C3%28'
    const lines = [date, 'POST', '127.0.0.1', received.path, canonical].join('\n')
    const signature = createHmac('sha512', key).update(lines).digest('hex')
    assert.equal(verifiedVersion({ ...received, form }, signature, key), 2)
    const body = Buffer.from([0x7b, 0xff, 0x00, 0xfe])
    const parts = { date, method: 'POST', host: '127.0.0.1', path: received.path, parameters: [] }
    const raw = { ...received, form: [], body }
    assert.equal(verifiedVersion(raw, sign({ ...parts, body }, key, 5), key), 5)
  })

  test('accepts parameters in the query of a POST', () => {
    const parts = {
      date,
      method: 'POST',
      host: '127.0.0.1',
      path: received.path,
      parameters: names,
    }
    const moved = { ...received, query: encodedNames, form: [], body: '' }
    assert.equal(verifiedVersion(moved, sign(parts, key, 2), key), 2)
  })

  test('rejects another key, path or parameter, and invalid signatures', () => {
    const parts = {
      date,
      method: 'POST',
      host: '127.0.0.1',
      path: received.path,
      parameters: names,
    }
    const genuine = sign(parts, key, 2)
    assert.equal(verifiedVersion(received, genuine, signingKey('x'.repeat(40))), undefined)
    assert.equal(
      verifiedVersion({ ...received, path: '/auth/v2/preauth' }, genuine, key),
      undefined,
    )
    assert.equal(
      verifiedVersion({ ...received, form: encodedNames.slice(1) }, genuine, key),
      undefined,
    )
    for (const junk of ['', 'zz', '0'.repeat(40), '0'.repeat(128), '0'.repeat(129)]) {
      assert.equal(verifiedVersion(received, junk, key), undefined)
    }
  })

  test('parses the Authorization header, and rejects invalid ones', () => {
    assert.deepEqual(parseAuthorization(authorization('DIX', 'AB12')), {
      ikey: 'DIX',
      signature: 'ab12',
    })
    for (const junk of ['', 'Basic', 'Bearer x', 'Basic !!!', 'Basic eA==', 'Basic a b']) {
      assert.equal(parseAuthorization(junk), undefined)
    }
  })
})

function decodeCodePoints(points: string): string {
  return points
    .split(' ')
    .map((point) =>
      point.startsWith("'") ? point.slice(1, 2) : String.fromCodePoint(Number.parseInt(point, 16)),
    )
    .join('')
}

const unicode: readonly Parameter[] = [
  [
    decodeCodePoints('469A 287B 35D0 8EF3 6727 502A 0810 D091 C8 C170'),
    decodeCodePoints('F45 1A76 341A 654C C23F 9B09 ABE2 8343 1B27 60D0'),
  ],
  [
    decodeCodePoints('7449 7E4B CCFB 59FF FE5F 83B7 ADCC 900C CFD1 7813'),
    decodeCodePoints('8DB7 5022 92D3 42EF 207D 8730 ACFE 5617 946 4E30'),
  ],
  [
    decodeCodePoints('7470 9314 901C 9EAE 40D8 4201 82D8 8C70 1D31 A042'),
    decodeCodePoints('17D9 BA8 9358 AADF A42A 48BE FB96 6FE9 B7FF 32F3'),
  ],
  [
    decodeCodePoints("C2C5 2C1D 2620 3617 96B3 'F' 8605 20E8 AC21 5934"),
    decodeCodePoints("FBA9 41AA BD83 840B 2615 3E6E 652D A8B5 D56B 'U'"),
  ],
]
