import type { StarterAnswers } from '../../../src/manager/editor/starter_file.ts'

const minSecretLength = 16

/** What is wrong with the answers, by field. The check of the finished file finds the rest. */
export function findAnswerProblems(answers: StarterAnswers): Readonly<Record<string, string>> {
  const problems: Record<string, string> = {}
  if (!/^[A-Z0-9]{20}$/.test(answers.ikey.trim())) {
    problems.ikey = 'An integration key has 20 capital letters and digits.'
  }
  if (!/^\S{40}$/.test(answers.skey.trim())) problems.skey = 'A secret key has 40 characters.'
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(answers.apiHost.trim())) {
    problems.apiHost = 'Write a host name only, such as mfa.example.com.'
  }
  for (const key of ['port', 'apiPort'] as const) {
    const port = answers[key]
    if (!(Number.isInteger(port) && port >= 1 && port <= 65535)) {
      problems[key] = 'A port is a number from 1 to 65535.'
    }
  }
  for (const [index, { address, secret }] of answers.clients.entries()) {
    if (!/^[0-9a-f.:/-]+$/i.test(address.trim())) {
      problems[`address ${index}`] = 'Write an IP address, a network or a range.'
    }
    if (!(secret.trim().length >= minSecretLength)) {
      problems[`secret ${index}`] = `Use ${minSecretLength} characters or more.`
    }
  }
  return problems
}
