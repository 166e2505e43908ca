import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { formatProblem } from '../../../src/service/config/config_values.ts'
import { defaultConfig, readServiceConfig } from '../../../src/service/config/service_config.ts'

const file = '/etc/countersign/countersign.cfg'
const problemsOf = (text: string) => readServiceConfig(text, file).problems.map(formatProblem)

describe('countersign.cfg', () => {
  test('without a key all defaults hold', () => {
    const config = defaultConfig('/srv')
    assert.equal(config.port, 8443)
    assert.deepEqual(config.hostNames, ['localhost'])
    assert.equal(config.dataFolder, '/srv/data')
    assert.equal(config.metrics, 'loopback')
    assert.deepEqual(config.lockout, { threshold: 10, lockMs: 1_800_000 })
  })

  test('is read, paths beside the file', () => {
    const { config, problems } = readServiceConfig(
      `; ours
[Service]
Host_Names = mfa.example.com, 192.0.2.7
port: 443
data_folder=data
database_url=postgres://u:hidden@db/countersign
certificate_file=tls/cert.pem
certificate_key_file=/tls/key.pem
[lockout]
threshold=3
`,
      file,
    )
    assert.deepEqual(problems, [])
    assert.deepEqual(config?.hostNames, ['mfa.example.com', '192.0.2.7'])
    assert.equal(config?.port, 443)
    assert.deepEqual(config?.certificateFiles, {
      certificateFile: '/etc/countersign/tls/cert.pem',
      keyFile: '/tls/key.pem',
    })
    assert.equal(config?.lockout.threshold, 3)
    assert.doesNotMatch(JSON.stringify(config), /hidden/)
  })

  test('all that is wrong is told at once, with its line', () => {
    const lines = problemsOf(`port=1
[service]
port=70000
access_log=perhaps
metrics=some
interface=eth0
host_names=a b
certificate_file=cert.pem
colour=blue
port=1
[nowhere]
[lockout]
threshold=0
`).map((line) => line.slice(file.length + 1).split(':')[0])
    assert.deepEqual(lines, ['1', '3', '4', '5', '6', '7', '8', '9', '10', '11', '13'])
  })

  test('a message repeats no secret', () => {
    const problems = problemsOf(
      '[service]\ndatabase_url=mysql://u:hidden@db\nhunter2hunter2hunter2hidden\n',
    )
    assert.equal(problems.length, 2)
    assert.doesNotMatch(problems.join('\n'), /hidden/)
  })
})
