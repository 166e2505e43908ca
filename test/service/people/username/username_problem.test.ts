import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  spelledOut,
  usernameProblem,
} from '../../../../src/service/people/username/username_problem.ts'

describe('UTS #39, Highly Restrictive', () => {
  for (const name of [
    'alice',
    "o'brien-smith_2",
    'müller',
    'иван',
    'иван42',
    'иван@corp.example',
    'CORP\\иван',
    'γιώργος',
    'משה',
    'محمد',
    'राम',
    'สมชาย',
    'ქეთი',
    '山田太郎',
    'タナカたろう田中',
    '山田taro',
    '김철수',
    '金kim김',
    'ㄅㄆ中',
    'ー',
    '1234',
  ]) {
    test(`accepts ${name}`, () => assert.equal(usernameProblem(name), undefined))
  }

  for (const [name, said] of [
    ['alic\u0435', /^character 5 'е' \(U\+0435\) is Cyrillic and the text before it is Latin/],
    ['\u0430lice', /^character 2 'l' \(U\+006C\) is Latin and the text before it is Cyrillic/],
    ['\u03b1lice', /^character 2 /],
    ['иваν', /^character 4 'ν' \(U\+03BD\) is Greek/],
    ['ali\u200bce', /^character 4 \(U\+200B\) is a control, format or unassigned character/],
    ['😀\u0007', /^character 2 \(U\+0007\)/],
    ['alice\ue000', /^character 6 \(U\+E000\)/],
    ['alice\u0378', /^character 6 \(U\+0378\)/],
    ['a\u2800b', /^character 2 /],
    ['a\ufffdb', /^character 2 .*\(U\+FFFD\)/],
    ['ᎷᎪᎡᏦ', /^character 1 'Ꮇ' \(U\+13B7\) is of a script that user names may not use/],
    ['김タ', /^character 2 /],
    ['corp\\ivаn', /^character 8 'а' \(U\+0430\) is Cyrillic/],
    ['alice\u{1f600}', /^character 6 '😀' \(U\+1F600\) is a symbol or letter/],
    ['alice\u{1fae0}', /^character 6 /],
    ['alice\u20c0', /^character 6 /],
    ['alice\u2e5d', /^character 6 /],
    ['alice\ua7c1', /^character 6 /],
    ['alice\ua7f2', /^character 6 /],
    ['alice\uab5b', /^character 6 /],
    ['alice\u{1df0a}', /^character 6 /],
    ['alice\u{16ff0}', /^character 6 /],
    ['a\u0140ice', /^character 2 /],
    ['ali\u0368e', /^character 4 /],
    ['..', /no letter and no digit/],
    ['\u0301', /no letter and no digit/],
  ] as const) {
    test(`refuses ${spelledOut(name)} and names the position`, () => {
      assert.match(usernameProblem(name) ?? '', said)
    })
  }
})
